package wasmsimd

// A product's rows are cut into blocks of 1 to 6; what a block costs beside
// others depends on the mode. With two roundings a block of 6 rows by 8 columns
// does not fit in the registers, and one of fewer than 4 waits for its own
// additions. With fused multiply-add, which takes longer, only blocks of 5 and
// 6 are never waited for.
const maxRows = 6

// rowsAt is the first of the numbers of a frame that say how many blocks of
// 1, 2, … maxRows rows there are.
const rowsAt = maxNums - maxRows

// blockCost is about the processor cycles that a block of so many rows takes
// for a step of the product; 0 if there is none.
func blockCost(fused bool) [maxRows + 1]float64 {
	if fused {
		return [...]float64{0, 4, 4, 4, 4.6, 5.1, 6.1}
	}
	return [...]float64{0, 3, 3, 3.3, 4, 5.05, 0}
}

// rowPlan is the number of blocks of each size.
type rowPlan [maxRows + 1]int

// planned is the number of rows from which on rows are taken off in blocks of
// the best size.
const planned = 30

// rowPlans are the cheapest plans for fewer than planned rows.
func rowPlans(fused bool) [planned]rowPlan {
	var plans [planned]rowPlan
	var costs [planned]float64
	for n := 1; n < planned; n++ {
		for size, c := range blockCost(fused) {
			if c == 0 || size > n {
				continue
			}
			if total := costs[n-size] + c; costs[n] == 0 || total < costs[n] {
				costs[n] = total
				plans[n] = plans[n-size]
				plans[n][size]++
			}
		}
	}
	return plans
}

// rowsOf is the plan for n rows.
func (s *Set) rowsOf(n int) rowPlan {
	if n < planned {
		return s.plans[n]
	}
	best := 4
	if s.mode == Fused {
		best = maxRows
	}
	taken := (n - planned + best) / best
	p := s.plans[n-taken*best]
	p[best] += taken
	return p
}

// rows sets the frame's rows to n.
func (m *module) rows(n int) {
	for size, count := range m.set.rowsOf(n) {
		if size > 0 {
			m.frame.num[rowsAt+size-1] = uint32(count)
		}
	}
}
