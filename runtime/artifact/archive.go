package artifact

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Archive says how an artifact is packed. The zero value is a gzipped tar file
// on the way out, and on the way in whatever it turns out to be.
type Archive struct {
	None *struct{} `json:"none,omitempty"`
	Tar  *struct {
		CompressionLevel *number `json:"compressionLevel,omitempty"`
	} `json:"tar,omitempty"`
	Zip *struct{} `json:"zip,omitempty"`
}

// ParseArchive reads the archive field of an artifact, which may be missing.
func ParseArchive(text json.RawMessage) (a Archive, err error) {
	if len(text) > 0 {
		err = json.Unmarshal(text, &a)
	}
	return a, err
}

// Pack writes the file or folder at path to a path where nothing is yet.
// fs.ErrNotExist means that there is nothing to pack.
func Pack(path, to string, a Archive) error {
	// The artifact itself may be a link to what is meant; links inside it stay
	// what they are.
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	if info, err := os.Stat(path); err != nil {
		return err
	} else if !info.IsDir() && !info.Mode().IsRegular() {
		return fmt.Errorf("%q is neither a file nor a folder", path)
	}
	// What is made must not take itself in.
	skip, err := filepath.EvalSymlinks(filepath.Dir(to))
	if err != nil {
		return err
	}
	if a.None != nil {
		return copyTree(path, to, skip)
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if a.Zip != nil {
		err = packZip(path, out, skip)
	} else {
		err = packTar(path, out, a, skip)
	}
	return errors.Join(err, out.Close())
}

func packTar(path string, out io.Writer, a Archive, skip string) error {
	level := gzip.DefaultCompression
	if a.Tar != nil && a.Tar.CompressionLevel != nil {
		level = int(*a.Tar.CompressionLevel)
	}
	compressed, err := gzip.NewWriterLevel(out, level)
	if err != nil {
		return fmt.Errorf("compression level %d: %w", level, err)
	}
	w := tar.NewWriter(compressed)
	err = walkFiles(path, func(file, below string, d fs.DirEntry) error {
		link := ""
		switch t := d.Type(); {
		case t&fs.ModeSymlink != 0:
			if link, err = os.Readlink(file); err != nil {
				return err
			}
		case !t.IsDir() && !t.IsRegular():
			return nil // sockets and pipes have no content
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		h, err := tar.FileInfoHeader(info, link)
		if err != nil {
			return err
		}
		h.Name = filepath.ToSlash(filepath.Join(filepath.Base(path), below))
		if d.IsDir() {
			h.Name += "/"
		}
		// Who owned it here means nothing where it goes.
		h.Uid, h.Gid, h.Uname, h.Gname = 0, 0, "", ""
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		if !d.Type().IsRegular() {
			return nil
		}
		return copyInto(w, file, h.Size)
	}, skip)
	return errors.Join(err, w.Close(), compressed.Close())
}

func packZip(path string, out io.Writer, skip string) error {
	w := zip.NewWriter(out)
	err := walkFiles(path, func(file, below string, d fs.DirEntry) error {
		info, err := d.Info()
		if err != nil {
			return err
		}
		h, err := zip.FileInfoHeader(info)
		if err != nil {
			return err
		}
		h.Name = filepath.ToSlash(filepath.Join(filepath.Base(path), below))
		switch t := d.Type(); {
		case t.IsDir():
			h.Name += "/"
			_, err := w.CreateHeader(h)
			return err
		case t&fs.ModeSymlink != 0:
			link, err := os.Readlink(file)
			if err != nil {
				return err
			}
			entry, err := w.CreateHeader(h)
			if err != nil {
				return err
			}
			_, err = io.WriteString(entry, link)
			return err
		case !t.IsRegular():
			return nil
		}
		h.Method = zip.Deflate
		entry, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		return copyInto(entry, file, info.Size())
	}, skip)
	return errors.Join(err, w.Close())
}

// copyInto copies size bytes: a file that still grows is cut where its entry
// says that it ends.
func copyInto(w io.Writer, file string, size int64) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.CopyN(w, in, size)
	return err
}
