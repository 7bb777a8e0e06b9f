package portable

import "github.com/pairlab/pairlab/engine/tensor"

// The product is cut into blocks of 3 rows and 4 columns: 12 sums, 3 factors
// and 1 factor of the other side are the 16 registers that Go's WebAssembly
// has for float32. A block of 4x4 spills and runs at half the speed.
const (
	blockRows = 3
	blockCols = 4
)

// panels is a matrix B [depth, n] stored for the product: ceil(n/4) panels of
// [depth][4], the last padded with zeros.
type panels[T tensor.Float] struct {
	depth, n int
	data     []T
}

func newPanels[T tensor.Float](depth, n int) panels[T] {
	blocks := (n + blockCols - 1) / blockCols
	return panels[T]{depth: depth, n: n, data: make([]T, blocks*depth*blockCols)}
}

// set stores B[k, j] = v.
func (p panels[T]) set(k, j int, v T) {
	p.data[((j/blockCols)*p.depth+k)*blockCols+j%blockCols] = v
}

// pack stores the row-major matrix b [depth, n].
func (p panels[T]) pack(b []T) {
	for j := 0; j < p.n; j += blockCols {
		panel := p.data[j*p.depth:]
		if j+blockCols <= p.n {
			for k := range p.depth {
				*(*[blockCols]T)(panel[k*blockCols:]) = *(*[blockCols]T)(b[k*p.n+j:])
			}
			continue
		}
		for k := range p.depth {
			copy(panel[k*blockCols:(k+1)*blockCols], b[k*p.n+j:(k+1)*p.n])
		}
	}
}

// product computes, for i < m and j < b.n,
//
//	c[i,j] = act(bias[j] + Σ_k a[i,k] · B[k,j])      bias given
//	c[i,j] += Σ_k a[i,k] · B[k,j]                    bias nil
//
// with a row-major [m, depth] and c row-major [m, n].
func product[T tensor.Float](c, a []T, m int, b panels[T], bias []T, relu bool) {
	if m == 0 {
		return
	}
	depth, n := b.depth, b.n
	for j := 0; j < n; j += blockCols {
		panel := b.data[j*depth : (j+blockCols)*depth]
		cols := min(blockCols, n-j)
		for i := 0; i < m; i += blockRows {
			// Past the last row the block repeats it; the result is dropped.
			i1, i2 := min(i+1, m-1), min(i+2, m-1)
			var s [blockRows * blockCols]T
			dot3x4(&s, a[i*depth:(i+1)*depth], a[i1*depth:(i1+1)*depth], a[i2*depth:(i2+1)*depth], panel)
			for r := range min(blockRows, m-i) {
				store(c[(i+r)*n+j:(i+r)*n+j+cols], s[r*blockCols:(r+1)*blockCols], bias, j, relu)
			}
		}
	}
}

func store[T tensor.Float](c, s, bias []T, j int, relu bool) {
	s = s[:len(c)]
	if bias == nil {
		for q, v := range s {
			c[q] += v
		}
		return
	}
	bias = bias[j : j+len(c)]
	for q, v := range s {
		v += bias[q]
		if relu {
			v = max(v, 0)
		}
		c[q] = v
	}
}

// dot3x4 writes the 12 sums over k of {a0,a1,a2}[k] · b[k][0..3].
func dot3x4[T tensor.Float](s *[12]T, a0, a1, a2, b []T) {
	n := len(a0)
	a1, a2, b = a1[:n], a2[:n], b[:blockCols*n]
	var s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23 T
	k := 0
	for ; k+4 <= n; k += 4 {
		p0, p1, p2 := (*[4]T)(a0[k:]), (*[4]T)(a1[k:]), (*[4]T)(a2[k:])
		q := (*[16]T)(b[blockCols*k:])
		x0, x1, x2 := p0[0], p1[0], p2[0]
		y := q[0]
		s00, s10, s20 = s00+x0*y, s10+x1*y, s20+x2*y
		y = q[1]
		s01, s11, s21 = s01+x0*y, s11+x1*y, s21+x2*y
		y = q[2]
		s02, s12, s22 = s02+x0*y, s12+x1*y, s22+x2*y
		y = q[3]
		s03, s13, s23 = s03+x0*y, s13+x1*y, s23+x2*y
		x0, x1, x2 = p0[1], p1[1], p2[1]
		y = q[4]
		s00, s10, s20 = s00+x0*y, s10+x1*y, s20+x2*y
		y = q[5]
		s01, s11, s21 = s01+x0*y, s11+x1*y, s21+x2*y
		y = q[6]
		s02, s12, s22 = s02+x0*y, s12+x1*y, s22+x2*y
		y = q[7]
		s03, s13, s23 = s03+x0*y, s13+x1*y, s23+x2*y
		x0, x1, x2 = p0[2], p1[2], p2[2]
		y = q[8]
		s00, s10, s20 = s00+x0*y, s10+x1*y, s20+x2*y
		y = q[9]
		s01, s11, s21 = s01+x0*y, s11+x1*y, s21+x2*y
		y = q[10]
		s02, s12, s22 = s02+x0*y, s12+x1*y, s22+x2*y
		y = q[11]
		s03, s13, s23 = s03+x0*y, s13+x1*y, s23+x2*y
		x0, x1, x2 = p0[3], p1[3], p2[3]
		y = q[12]
		s00, s10, s20 = s00+x0*y, s10+x1*y, s20+x2*y
		y = q[13]
		s01, s11, s21 = s01+x0*y, s11+x1*y, s21+x2*y
		y = q[14]
		s02, s12, s22 = s02+x0*y, s12+x1*y, s22+x2*y
		y = q[15]
		s03, s13, s23 = s03+x0*y, s13+x1*y, s23+x2*y
	}
	for ; k < n; k++ {
		x0, x1, x2 := a0[k], a1[k], a2[k]
		q := (*[4]T)(b[blockCols*k:])
		s00, s10, s20 = s00+x0*q[0], s10+x1*q[0], s20+x2*q[0]
		s01, s11, s21 = s01+x0*q[1], s11+x1*q[1], s21+x2*q[1]
		s02, s12, s22 = s02+x0*q[2], s12+x1*q[2], s22+x2*q[2]
		s03, s13, s23 = s03+x0*q[3], s13+x1*q[3], s23+x2*q[3]
	}
	*s = [12]T{s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23}
}
