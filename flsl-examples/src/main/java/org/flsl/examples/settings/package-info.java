/** What a setting is: flag, YAML key, check and help in one place; files of settings. */
package org.flsl.examples.settings;
