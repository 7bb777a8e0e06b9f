package kernel

import "fmt"

// Conv is the shape of a valid, stride-1 convolution.
type Conv struct {
	H, W, I int  // input height, width, channels
	O       int  // output channels
	KH, KW  int  // window
	ReLU    bool // apply max(·, 0) to the output
}

// OH is the output's height.
func (s Conv) OH() int { return s.H - s.KH + 1 }

// OW is the output's width.
func (s Conv) OW() int { return s.W - s.KW + 1 }

// K is the length of one patch: KH·KW·I.
func (s Conv) K() int { return s.KH * s.KW * s.I }

// Check reports a shape that no convolution can have.
func (s Conv) Check() error {
	if s.I < 1 || s.O < 1 || s.KH < 1 || s.KW < 1 || s.KH > s.H || s.KW > s.W {
		return fmt.Errorf("kernel: convolution %+v: want positive channels and a window within the %dx%d input", s, s.H, s.W)
	}
	return nil
}

// Pool is the shape of a max pooling without padding; what a last window does
// not reach is left out, as in PyTorch's floor mode.
type Pool struct {
	H, W, C   int  // input height, width, channels
	K, Stride int  // square window and step
	ReLU      bool // apply max(·, 0) to the output
}

// OH is the output's height.
func (p Pool) OH() int { return (p.H-p.K)/p.Stride + 1 }

// OW is the output's width.
func (p Pool) OW() int { return (p.W-p.K)/p.Stride + 1 }

// Check reports a shape that no pooling can have.
func (p Pool) Check() error {
	if p.C < 1 || p.K < 1 || p.Stride < 1 || p.K > p.H || p.K > p.W {
		return fmt.Errorf("kernel: pooling %+v: want a positive stride and a window within the %dx%d input", p, p.H, p.W)
	}
	if p.H*p.W > 1<<16 {
		return fmt.Errorf("kernel: pooling %+v: plane of %d values, want at most 65536 (argmax has 16 bits)", p, p.H*p.W)
	}
	return nil
}
