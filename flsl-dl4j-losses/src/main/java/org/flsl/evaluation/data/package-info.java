/**
 * Images with labels, for measuring what features know: the interfaces that measures read from, and
 * readers of the folders that people have.
 */
package org.flsl.evaluation.data;
