/** Trainings saved whole, found again after a kill, and gone on with exactly. */
package org.flsl.training.checkpoint;
