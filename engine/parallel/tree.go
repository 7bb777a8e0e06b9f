package parallel

// Node is a subtree of the tree that chunks are combined in: the chunks
// [Lo, Lo+Size), Size a power of two that divides Lo.
type Node struct{ Lo, Size int }

// Nodes are the fewest subtrees that cover the chunks [lo, hi), in order: what
// a rank with these chunks can combine by itself.
func Nodes(lo, hi int) []Node {
	var nodes []Node
	for lo < hi {
		size := 1
		for lo%(2*size) == 0 && lo+2*size <= hi {
			size *= 2
		}
		nodes = append(nodes, Node{lo, size})
		lo += size
	}
	return nodes
}

// Addition is one step of combining a list of subtrees: entry Dst += entry
// Src.
type Addition struct{ Dst, Src int }

// Additions combine subtrees that together cover all chunks, in order, into
// entry 0, in the tree's order.
func Additions(nodes []Node) []Addition {
	var steps []Addition
	type held struct {
		Node
		entry int
	}
	var stack []held
	for i, n := range nodes {
		top := held{n, i}
		for len(stack) > 0 {
			left := stack[len(stack)-1]
			if left.Size != top.Size || left.Lo%(2*left.Size) != 0 {
				break
			}
			steps = append(steps, Addition{Dst: left.entry, Src: top.entry})
			top = held{Node{left.Lo, 2 * left.Size}, left.entry}
			stack = stack[:len(stack)-1]
		}
		stack = append(stack, top)
	}
	return steps
}
