package text

import (
	"fmt"

	"github.com/pairlab/pairlab/engine/experiment"
	"github.com/pairlab/pairlab/engine/model"
)

// About says in a sentence how a network goes about its task.
func About(c model.Config) string {
	weights := "the same weights"
	if !c.Sharing {
		weights = "weights of its own"
	}
	switch c.Kind {
	case model.Siamese2:
		text := "Reads each digit with " + weights + ", then compares what it read"
		if c.AuxLoss > 0 {
			text += "; learns to name the digits on the side"
		}
		return text + "."
	case model.Siamese10:
		return "Reads each digit with " + weights + " and only learns to name it; the comparison is then arithmetic."
	}
	return "Sees both digits at once, as two channels of one image."
}

// Drawing is a network's layers as HTML: a list, which layers.css draws as
// boxes with lines between them. What each digit goes through stands in a frame:
// in one that both share, or in two of their own. A layer's share of all
// parameters is its --part.
func Drawing(c model.Config) string {
	layers, all := c.Layers(), c.Parameters()
	trunk := 0 // where the layers begin that a pair goes through as one
	for trunk < len(layers) && layers[trunk].Branch {
		trunk++
	}
	branch := drawLayers(layers[:trunk], all)
	var html string
	switch digit := drawShape([3]int{model.Side, model.Side, 1}); {
	case !c.Siamese():
		html = fmt.Sprintf(`<li class="ends"><span>Both digits <i>%s</i></span></li>`, drawShape([3]int{model.Side, model.Side, 2}))
	case c.Sharing:
		html = fmt.Sprintf(twoDigits+`<li class="branches"><div class="branch shared"><p>One branch, the same weights for both digits</p><ol>%s</ol></div></li>`,
			digit, branch)
	default:
		html = fmt.Sprintf(twoDigits+`<li class="branches"><div class="branch"><p>First digit’s weights</p><ol>%[2]s</ol></div>`+
			`<div class="branch"><p>Second digit’s weights</p><ol>%[2]s</ol></div></li>`, digit, branch)
	}
	answer := "the larger of the two outputs"
	if c.Kind == model.Siamese10 {
		answer = "first digit read ≤ second digit read, without weights"
	}
	return fmt.Sprintf(`<ol class="net" aria-label="Layers of %s">%s%s<li class="ends"><span>Answer: %s</span></li></ol>`+
		`<p class="sum">%s parameters in all</p>`,
		experiment.Label(c.Kind), html, drawLayers(layers[trunk:], all), answer, Count(all))
}

const twoDigits = `<li class="ends"><span>First digit <i>%[1]s</i></span><span>Second digit <i>%[1]s</i></span></li>`

// drawLayers draws layers of a network with so many parameters in all.
func drawLayers(layers []model.Layer, all int) string {
	html := ""
	for _, l := range layers {
		idle, note, weights := "", "", ""
		switch {
		case l.Idle:
			idle, note = " idle", "<em>not trained</em> "
		case l.Loss > 0 && l.Branch:
			note = fmt.Sprintf("<em>digit’s loss × %.4g</em> ", l.Loss)
		case l.Loss > 0:
			note = fmt.Sprintf("<em>pair’s loss × %.4g</em> ", l.Loss)
		}
		if l.Parameters > 0 {
			weights = fmt.Sprintf(` <span class="weights"><b>%s</b><span class="unseen"> parameters</span></span>`, Count(l.Parameters))
		}
		html += fmt.Sprintf(`<li class="layer%s" data-kind="%s" style="--part:%.3f"><span class="what">%s</span> %s<span class="out">%s</span>%s</li>`,
			idle, l.Kind, float64(l.Parameters)/float64(all), layerName(l), note, drawShape(l.Out), weights)
	}
	return html
}

// layerName says what a layer does.
func layerName(l model.Layer) string {
	var name string
	switch l.Kind {
	case model.ConvLayer:
		name = fmt.Sprintf("Convolution %d×%[1]d", l.Size)
	case model.PoolLayer:
		name = fmt.Sprintf("Max pooling %d×%[1]d", l.Size)
	case model.NormLayer:
		name = "Batch norm"
	case model.FlattenLayer:
		name = "Flatten"
	case model.LinearLayer:
		name = "Fully connected"
	case model.SoftmaxLayer:
		name = "Softmax"
	case model.JoinLayer:
		name = "Join"
	}
	if l.ReLU {
		name += ", ReLU"
	}
	return name
}

// drawShape is an output's shape: 8×8×64, or 128 of a vector.
func drawShape(s [3]int) string {
	if s[0] == 1 && s[1] == 1 {
		return Count(s[2])
	}
	return fmt.Sprintf("%d×%d×%d", s[0], s[1], s[2])
}
