package mnist

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLoadHasAllOfMNIST(t *testing.T) {
	dir, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	train, test, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(train.Labels) != 60_000 || len(test.Labels) != 10_000 {
		t.Fatalf("%d and %d images, want 60000 and 10000", len(train.Labels), len(test.Labels))
	}
	// The first labels, as every MNIST tutorial shows them.
	if got, want := train.Labels[:10], []uint8{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}; !slices.Equal(got, want) {
		t.Errorf("training labels begin %v, want %v", got, want)
	}
	want := []uint8{7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6, 9, 0, 1, 5}
	if got := test.Labels[:16]; !slices.Equal(got, want) {
		t.Errorf("test labels begin %v, want %v", got, want)
	}
}

func TestLoadNamesTheFileThatIsWrong(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Load(dir); err == nil || !strings.Contains(err.Error(), trainImages) {
		t.Errorf("empty folder: error %v, want one that names %s", err, trainImages)
	}
	if err := os.WriteFile(filepath.Join(dir, trainImages), []byte("not MNIST"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, err := Load(dir)
	if err == nil || !strings.Contains(err.Error(), trainImages) || !strings.Contains(err.Error(), "9 bytes with MD5") ||
		!strings.Contains(err.Error(), "want f68b3c2dcbeaaa9fbdd348bbdeb94873") {
		t.Errorf("wrong file: error %v", err)
	}
}
