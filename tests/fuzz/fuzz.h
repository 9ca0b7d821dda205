/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stddef.h>
#include <stdint.h>

#include "snetd-rule.h"

/*
 * A target, of a file fuzz-NAME.c, is LLVMFuzzerTestOneInput(): it ends the program if what was
 * read of @data is not what it should be. libFuzzer calls it with data of its own; driver.c, in
 * each build, with the files of corpus/NAME.
 */
int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A value as a caller on the bus may send it, of the text or the bytes that @data is; or NULL. */
GVariant *fuzz_read_value (const GVariantType *type, const uint8_t *data, size_t size);

/* That each is one that could be made, and the same when it comes back from D-Bus or from text. */
void fuzz_check_rules (GPtrArray *rules);
