package onnx

import "github.com/pairlab/pairlab/engine/model"

// addBaseline adds the nodes of model/baseline.go.
func addBaseline(g *message, c model.Config) {
	p := path{graph: g, x: Pair}
	p.conv("conv1")
	p.pool("pool1", 4, 1)
	p.relu("relu1")
	if c.BatchNorm {
		p.norm("bn1")
	}
	p.conv("conv2")
	p.relu("relu2")
	if c.BatchNorm {
		p.norm("bn2")
	}
	p.node("Flatten", "flat", []string{p.x})
	p.hidden("lin1")
	p.hidden("lin2")
	p.logits("head", PairLogits, false)
}

// addSiamese adds the nodes of model/siamese.go. Branches that share their
// weights read the same initialisers.
func addSiamese(g *message, c model.Config) {
	addNode(g, "Split", []string{Pair}, []string{"left/digit", "right/digit"}, []message{intAttribute("axis", 1)})
	left := path{graph: g, values: "left/", x: "left/digit"}
	right := path{graph: g, values: "right/", x: "right/digit"}
	if !c.Sharing {
		left.params, right.params = "left.", "right."
	}
	addBranch(&left, c, LeftLogits)
	addBranch(&right, c, RightLogits)

	head := path{graph: g}
	head.node("Concat", "both", []string{left.x, right.x}, intAttribute("axis", 1))
	head.logits("head", PairLogits, c.LogitReLU)
}

// addBranch adds what one digit goes through. It ends at what the comparison
// reads.
func addBranch(p *path, c model.Config, logits string) {
	p.conv("conv1")
	p.pool("pool1", 2, 2)
	p.relu(p.values + "relu1")
	if c.BatchNorm {
		p.norm("bn1")
	}
	p.conv("conv2")
	p.relu(p.values + "relu2")
	if c.BatchNorm {
		p.norm("bn2")
	}
	p.node("Flatten", p.values+"flat", []string{p.x})
	p.hidden("lin1")
	if c.BatchNorm {
		p.norm("bn3")
	}
	p.logits("lin2", logits, c.LogitReLU)
	if c.Soft {
		p.node("Softmax", p.values+"softmax", []string{p.x}, intAttribute("axis", 1))
	}
}
