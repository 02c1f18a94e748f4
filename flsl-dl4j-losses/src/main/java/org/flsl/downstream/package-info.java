/** Tasks with labels, trained on a backbone: an ordinary graph of a backbone and a head. */
package org.flsl.downstream;
