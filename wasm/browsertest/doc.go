// Package browsertest presses the buttons of the built site in a headless
// Chromium. It needs the site in dist/ and the build tag browser: `make test`
// sees to both.
package browsertest
