// Package autograd is a static tape: a model is written define-by-run, once,
// and the record of it then runs forward and backward any number of times
// with every buffer preallocated and no allocation.
//
// Recording an op ([Tape.Conv2D], [Tape.BatchNorm], …) returns the [Value]
// that it will compute; [Tape.Finish] walks the record backwards and gives
// gradient buffers to what the losses reach. A step is then: copy a batch
// into the inputs, [Tape.Forward], [Tape.Backward], and the parameters'
// gradients are there.
//
// A batch runs as the chunks of package parallel; of a model's branches
// ([Tape.BranchInput]) each has chunks of its own. The ops between two points
// where the whole batch must meet (batch norm's statistics, their gradient
// sums, the losses) form a segment, and a chunk goes through a segment before
// the next chunk starts: its maps stay in the cache. While ranks wait for each
// other at such a point, each packs the weights that come next or forms its last
// chunk's weight gradients. Ranks need not meet for what one of them has alone, as
// two have a branch each until a [Tape.Join], nor where little is left to compute:
// after a [Tape.Gather] every rank runs all chunks. Which chunks are whose may
// change between two steps, as a slower rank gets fewer ([Tape.SetClock]).
//
// Why a tape that is recorded once? The shapes of a training run never
// change, so all decisions (buffers, kernels, which op adds to a gradient and
// which one writes it) can be taken before the first step. The price is that
// a model cannot depend on its data.
//
// One op is one file, forward and backward side by side. The package may
// import kernel, parallel and tensor. Start reading at [Tape].
package autograd
