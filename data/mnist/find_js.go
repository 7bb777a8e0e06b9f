//go:build js

package mnist

import (
	"fmt"
	"os"
)

// Find is the folder with MNIST's four files, which only PAIRLAB_MNIST can name here: tests under Node set it.
func Find() (string, error) {
	if dir := os.Getenv(Variable); dir != "" {
		return dir, nil
	}
	return "", fmt.Errorf("mnist: set %s to the folder of the MNIST files", Variable)
}
