// Package text is what the page says, as text: figures with their units, the
// lines of a network's card, the cells of the results table, announcements for
// screen readers, and the charts' data. It has no browser in it, so that it is
// tested natively. Package ui writes it into the page.
package text
