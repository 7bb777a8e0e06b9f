package portable

import "github.com/pairlab/pairlab/engine/tensor"

// batchNorm has c channels; every x is [rows, c].
type batchNorm[T tensor.Float] struct{ c int }

// Moments implements [kernel.BatchNorm]. Two passes over differences: a large
// mean costs no digits.
func (b batchNorm[T]) Moments(mean, m2, x []T, rows int) {
	c := b.c
	mean, m2 = mean[:c], m2[:c]
	first := x[:c]
	clear(mean)
	for r := 1; r < rows; r++ {
		row := x[r*c : (r+1)*c]
		row = row[:len(mean)]
		for j, v := range first {
			mean[j] += row[j] - v
		}
	}
	for j, v := range first {
		mean[j] = v + mean[j]/T(rows)
	}
	clear(m2)
	for r := range rows {
		row := x[r*c : (r+1)*c]
		row = row[:len(mean)]
		for j, m := range mean {
			d := row[j] - m
			m2[j] += d * d
		}
	}
}

// Normalize implements [kernel.BatchNorm].
func (b batchNorm[T]) Normalize(y, x, mean, scale, shift []T, rows int) {
	c := b.c
	mean, scale, shift = mean[:c], scale[:c], shift[:c]
	for r := range rows {
		from, to := x[r*c:(r+1)*c], y[r*c:(r+1)*c]
		from, to = from[:len(mean)], to[:len(mean)]
		for j, m := range mean {
			to[j] = (from[j]-m)*scale[j] + shift[j]
		}
	}
}

// GradientSums implements [kernel.BatchNorm].
func (b batchNorm[T]) GradientSums(sumDy, sumDyX, dy, x, mean []T, rows int) {
	c := b.c
	sumDy, sumDyX, mean = sumDy[:c], sumDyX[:c], mean[:c]
	clear(sumDy)
	clear(sumDyX)
	for r := range rows {
		xs, gs := x[r*c:(r+1)*c], dy[r*c:(r+1)*c]
		xs, gs = xs[:len(mean)], gs[:len(mean)]
		for j, m := range mean {
			g := gs[j]
			sumDy[j] += g
			sumDyX[j] += g * (xs[j] - m)
		}
	}
}

// BackwardInput implements [kernel.BatchNorm].
func (b batchNorm[T]) BackwardInput(dx, dy, x, mean, a, bx, k []T, rows int, relu bool) {
	c := b.c
	mean, a, bx, k = mean[:c], a[:c], bx[:c], k[:c]
	for r := range rows {
		xs, gs, to := x[r*c:(r+1)*c], dy[r*c:(r+1)*c], dx[r*c:(r+1)*c]
		xs, gs, to = xs[:len(mean)], gs[:len(mean)], to[:len(mean)]
		for j, m := range mean {
			v := xs[j]
			d := gs[j]*a[j] + (v-m)*bx[j] + k[j]
			if relu && !(v > 0) {
				d = 0
			}
			to[j] = d
		}
	}
}
