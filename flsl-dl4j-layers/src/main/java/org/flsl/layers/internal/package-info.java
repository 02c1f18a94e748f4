/** What the libraries share and users have no use for. */
package org.flsl.layers.internal;
