//go:build js

package data

import (
	"fmt"
	"os"
)

// FindMNIST is the folder with MNIST's four files, which only PAIRLAB_MNIST can name here: tests under Node set it.
func FindMNIST() (string, error) {
	if dir := os.Getenv(DirVariable); dir != "" {
		return dir, nil
	}
	return "", fmt.Errorf("data: set %s to the folder of the MNIST files", DirVariable)
}
