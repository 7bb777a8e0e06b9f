// Package data holds the MNIST digits as the networks see them: 14x14 images, each pixel the exact mean of 2x2
// pixels of the original, drawn in pairs from a seed.
//
// # Two ways in
//
// A native program reads the original files with package mnist ([Raw] is what that gives) and pools them ([Raw.Pool]).
// The site's build writes them out again as packs: [EncodePacks].
//
// A browser has no such files. It fetches the manifest ([ParseManifest]) and the packs it names, and hands them to a
// [Store], which checks and decodes them. A browser inflates faster by its own means: [Shard.CheckFile] is the check
// before that, and [Store.AddInflated] decodes the rest. Fetching, progress and retries are the caller's: this package
// imports nothing of the browser, and of the engine no more than its hash.
//
// # How much is downloaded
//
// The 60,000 training and 10,000 test images are cut into packs ("shards") of 10,000, of about 0.71 MB each. The
// paper preset draws its pairs from all 60,000 and 10,000 images, so it needs all seven packs, 5.0 MB together: a
// sample of the whole set cannot be had from a part of it. A smaller pool, of the first 10,000 to 50,000 training
// images, is a setting: it fetches only the first packs and the test pack, and draws from those. [Manifest.Needed]
// and [Store.Needed] say which packs a pool takes. Packs are named by their content, so they can be cached for ever.
//
// # Exactness
//
// A pixel is kept as the sum of its four bytes, 0..1020, in ten bits. Divided by four it is the same float32, bit for
// bit, that PyTorch's avg_pool2d gives. Nothing is scaled until [Pairs.Standardise].
//
// # Randomness
//
// Drawing takes a generator that is passed in. [Draw] makes two from a round's seed, [TrainStream] and [TestStream];
// whoever needs other random numbers from the same seed (initial parameters, shuffling) must use other streams.
//
// # Why this layout?
//
// The packs are compressed by the standard library's compress/flate; what is left to choose is the order of the bits.
// Sizes of the 10,000 test images, at the best level, each part with codes of its own:
//
//	the sums as they are, 16 bits each                                           934 KB
//	upper eight bits of all pixels, lower two of the inked, image by image       812 KB
//	the same, but all images' first pixels, then all their second, and so on     794 KB
//	a bit for each pixel (inked or blank), then the bits of the inked ones only  721 KB
//	the same, with two bytes for the bits of each row: what packs have           710 KB
//
// Deflate finds repeated bytes, so the bits that say where ink is should begin each row at a new byte; how dark an
// inked pixel is hardly repeats at all, and only costs those bits their codes when it stands among them. A pack takes
// 25 to 50 ms to check and decode in WebAssembly, in Node on one core, three quarters of it to hash and inflate.
//
// MNIST is by Yann LeCun, Corinna Cortes and Christopher J.C. Burges (CC BY-SA 3.0).
package data

// Credit names the authors and the licence of the digits, for wherever these are shown or passed on.
const Credit = "MNIST by Yann LeCun, Corinna Cortes and Christopher J.C. Burges (CC BY-SA 3.0)"
