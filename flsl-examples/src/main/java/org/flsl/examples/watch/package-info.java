/** Serves a page that changes to browsers on this machine. */
package org.flsl.examples.watch;
