/** Values that follow the iterations of a training. */
package org.flsl.schedules;
