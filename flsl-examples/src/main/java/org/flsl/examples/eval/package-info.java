/** {@code flsl eval}: measures of what features know, as tables and files. */
package org.flsl.examples.eval;
