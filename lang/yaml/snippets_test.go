package yaml_test

// snippets are texts on which we must agree with the reader of the Kubernetes
// tools, whatever it says of them.
const snippets = `a: 1
====
[yes, No, ON, off, y, N, true, TRUE, tRUE, ~, null, Null, nULL]
====
[010, 0o10, 0x10, 0b11, 1_000, +5, -0, 08, 1e3, .5, 5., 1.0, 1e-7, 1e21, 1e999, 9007199254740993, 18446744073709551615, 99999999999999999999]
====
[1:30, 2001-01-01, 2001-12-14t21:59:43.10-05:00, 0b2, 0x, -0b11, 0b-11, +.5, -.5, ., .e5, 1_, _1, 0_1, "1", '1', -, +]
====
{a: !!str 5, b: !!int "5", c: !!float 5, d: !!bool "yes", e: !!null "", f: !!binary aGk=, g: !foo 5, h: ! 5}
====
a: !!int x
====
a: !!binary "&"
====
a: !!timestamp 2001-01-01
====
a: !!timestamp x
====
a: .nan
====
.nan: 1
====
5: a
1.5: b
1e21: c
true: d
yes: e
====
~: a
====
? [a]
: b
====
? {a: b}
====
18446744073709551615: a
====
a: 1
a: 2
====
a: &x {b: 1}
c:
  <<: *x
  d: 2
====
a: &x {b: 1}
c:
  b: 3
  <<: *x
====
a: &x {b: 1}
c:
  <<: [*x, {d: 1}]
====
a: &x {b: 1}
c:
  <<: [*x, *x]
====
<<: 5
====
"<<": {a: 1}
====
! "<<": {a: 1}
====
!!merge "<<": {a: 1}
====
!!str <<: {a: 1}
====
a: &x [1]
<<: *x
====
a: *x
====
&a [*a]
====
a: &x
b: *x
====
&k a: *k
====
a: |
  x
   y

  z


b: |-
  x
c: |+
  x

d: >
  a
  b

  c
    d
    e

  f
g: >-

  a

h: |2
   x
i: |
j: ""
====
a: "x\
  y \
   z\n\t\u00e9\x41\U0001F600 \
  \ "
b: 'it''s
  folded

  more'
c: plain
  folded

  more # comment
d: "\q"
====
d: "\ud83d\ude00"
====
a: "x
====
a: 'x
====
a: [1, 2
====
a: {b: 1
====
a: ]
====
{a: 1} {b: 2}
====
{a: 1}
b @
====
{a: 1}
]
====
a b
c: d
====
a: b: c
====
a: - b
====
a:
- b
-
  - c
- - d
  - e
-
f:
====
a:
    b: 1
  c: 2
====
a: 1
- b
====
- a
b: 1
====
	a: 1
====
a:	b
====
a:
	b: 1
====
- 	a: b
====
{a, b: , "c":d, e:f, : g, ? h : i, ?}
====
[a: b, ? c, : d, e: , {f}]
====
[a, , b]
====
[,]
====
[a,]
====
? a
: b
? c
? - d
  - e
: f
====
: a
====
a: @x
====
a: %x
====
%YAML 1.2
====
a: *
====
a: &
====
a: !
====
a: !<tag:yaml.org,2002:str> 5
====
a: !e!x 5
====
a: !x%41 5
====
a: | x
====
a: |0
  x
====
a: |
	x
====
a: |
  x
 y
====
...
a
====
--- a
====
---
====
# only
====
--- # c
...
====
a: {{x}}
====
a: {{x}}-b
====
a: "x" y
====
a: 'it's'
====
key:value
====
a: 1 # c
b: # d
  # e
  c: 1#f
====
- - - a
    - b
  - c
====
a: >
  x
	y
  z
====
a: "b
 c": d
====
? "b
 c"
: d
====
[a
: b]
====
{a
: b}
====
- [a, b]: c
====
a: x#y
b: x #y
====
a: 'x'#y
====
a: [x#y, z]#w
====
&a
b: c
====
!!map
b: c
====
a: &x !!str
b: !!int
====
a: !foo
b: ! 
====
- &a a
- &a b
- *a
====
*a : b
====
a: &b c
*b : d
====
a: [
b
]
====
a: {
}
====
a:
- {b: c
}
====
a: "
---x"
====
`
