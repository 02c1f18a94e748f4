/** How good is a pretrained backbone? Answers that do not depend on the weights of a loss. */
package org.flsl.arbiter.score;
