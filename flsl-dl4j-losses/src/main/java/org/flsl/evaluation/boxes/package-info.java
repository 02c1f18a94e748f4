/** Box-aligned k-NN: do features tell what is inside a box, wherever it lies in the image? */
package org.flsl.evaluation.boxes;
