package data

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"os"
	"path/filepath"
)

// DirVariable is the environment variable that names the folder with the four MNIST files, where it is set.
const DirVariable = "PAIRLAB_MNIST"

// sourceFile is one of MNIST's four files and the MD5 it is known by.
type sourceFile struct{ name, md5 string }

// The names and MD5s under which MNIST has been passed on since its first site.
const (
	trainImages, trainImagesMD5 = "train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"
	trainLabels, trainLabelsMD5 = "train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"
	testImages, testImagesMD5   = "t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"
	testLabels, testLabelsMD5   = "t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"
)

// LoadRaw reads the four MNIST files in dir: 60,000 training and 10,000 test images. A file whose MD5 is not the
// known one is an error that names it.
func LoadRaw(dir string) (train, test Raw, err error) {
	train, err = loadRaw(dir, sourceFile{trainImages, trainImagesMD5}, sourceFile{trainLabels, trainLabelsMD5})
	if err != nil {
		return Raw{}, Raw{}, err
	}
	test, err = loadRaw(dir, sourceFile{testImages, testImagesMD5}, sourceFile{testLabels, testLabelsMD5})
	if err != nil {
		return Raw{}, Raw{}, err
	}
	return train, test, nil
}

// Load reads the four MNIST files in dir and pools the images.
func Load(dir string) (train, test Set, err error) {
	rawTrain, rawTest, err := LoadRaw(dir)
	if err != nil {
		return Set{}, Set{}, err
	}
	return rawTrain.Pool(), rawTest.Pool(), nil
}

func loadRaw(dir string, images, labels sourceFile) (Raw, error) {
	b, err := images.read(dir)
	if err != nil {
		return Raw{}, err
	}
	var raw Raw
	if raw.Images, err = DecodeImages(bytes.NewReader(b)); err != nil {
		return Raw{}, fmt.Errorf("data: %s: %w", images.name, err)
	}
	if b, err = labels.read(dir); err != nil {
		return Raw{}, err
	}
	if raw.Labels, err = DecodeLabels(bytes.NewReader(b)); err != nil {
		return Raw{}, fmt.Errorf("data: %s: %w", labels.name, err)
	}
	if len(raw.Images) != len(raw.Labels)*rawPixels {
		return Raw{}, fmt.Errorf("data: %s has %d images, %s %d labels",
			images.name, len(raw.Images)/rawPixels, labels.name, len(raw.Labels))
	}
	return raw, nil
}

func (f sourceFile) read(dir string) ([]byte, error) {
	path := filepath.Join(dir, f.name)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("data: MNIST file: %w", err)
	}
	if sum := fmt.Sprintf("%x", md5.Sum(b)); sum != f.md5 {
		return nil, fmt.Errorf("data: %s: %d bytes with MD5 %s, want %s", path, len(b), sum, f.md5)
	}
	return b, nil
}
