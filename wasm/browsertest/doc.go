// Package browsertest presses the buttons of the built site in a headless
// Chromium. It needs the site in dist/ and the build tag browser: `make test`
// sees to both.
//
// Tests of what a person sees and does call t.Parallel: they wait more than they
// compute, and run after the others, two at a time. The others have the browser
// for themselves, as they measure, or train on all processors.
package browsertest
