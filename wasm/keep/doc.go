// Package keep keeps records in the browser's storage so that they survive a
// crash at any moment: each is written to two slots in turn, with a number
// and a SHA-256, and read from the newest slot that is whole.
//
// [Journal] is that, in plain Go over a [Storage]; [IndexedDB] is the
// browser's storage. [Queue] makes writes in the background, and [Lock] tells
// the site's tabs which of them a record belongs to.
package keep
