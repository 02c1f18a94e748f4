/** Labelled images become augmented batches: whatever moves an image moves its labels along. */
package org.flsl.downstream.data;
