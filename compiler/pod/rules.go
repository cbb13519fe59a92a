package pod

// A Rule explains a finding of Build that lint cannot have, since it takes the
// values of a run or the settings of whoever runs it.
type Rule struct{ Name, Summary, Why string }

// Rules are the rules that Build has for itself. Its other findings have the
// names and the manuals of rules of lint.
func Rules() []Rule {
	return []Rule{
		{RuleNoPod, "a template makes no Pod, or none that does its work", `
Templates of steps and tasks, suspend, http and plugin make no Pod; nobody can ask
for one. A template that does make one has to leave the containers in it that do
its work: a podSpecPatch that takes them away leaves nothing that could end. Output
artifacts come from containers of the template; resource and data templates have
none and give output parameters instead.`},
		{RuleValue, "a value does not fit the field that it fills", `
Before the run a field such as cpu: "{{inputs.parameters.cpu}}" is a text. In the run
it becomes a quantity, a number, a boolean, or a name, and a value that is none is
refused before the Pod is made. A value stays a value: it cannot add keys or
items. The place is that of the tag; look at what the caller passes, and give the
parameter an enum or a default.`},
		{RuleEntrypoint, "what an image runs is not known", `
To catch a result, an output parameter or an artifact, weft puts its agent before the
command of a container. Without a command the image's own runs, and a Pod does not
tell which that is. Write the command in the template, or under images: in weft.yaml
for all templates with the image. Before a run in a cluster weft asks the registry of
the image, with the credentials that the Pod would have; this is an error when the
registry does not tell. docs/images.md has the details.`},
		{RuleNoStore, "an artifact has nowhere to go, or nowhere to come from", `
An output artifact without a location of its own goes to the template's
archiveLocation, else to the artifact store of the run, and so do logs that are to
be kept; a location that is nothing but a key is one in that store, for inputs, too.
In a cluster the store is the one that the workflow's artifactRepositoryRef names,
else cluster.artifacts in weft.yaml, else the default of the ConfigMap
artifact-repositories in the namespace. Where there is none, and where the location is
one that can only be read, such as git, the artifact would be lost after the step had
done its work.`},
		{RuleStore, "the store of an artifact is one that weft does not speak to", `
Artifacts are fetched and kept by weft's own agent in the Pod. It speaks S3, HTTP and
git, takes text that stands in the manifest, and on a laptop knows folders. Nearly
every store has an interface for S3: Google's is the endpoint storage.googleapis.com
with HMAC keys, Alibaba's the endpoint of the region. For others let a step of its own
fetch or keep the data with the store's own program.`},
		{RuleMissing, "a ConfigMap or Secret is among the files and not in the cluster", `
On this machine the ConfigMaps and Secrets among the files are those that steps see. In
a cluster steps see those of their namespace, and weft run changes nothing there but
its own runs: a Pod that refers to one that is not there would wait for it for ever.
weft apply puts the manifests into the cluster.`},
	}
}
