/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* table.c: see table.h. */
#include "runtime/table.h"

#include "base/str.h"

#define WIDTH_MIN 12
#define PADDING	  3

static size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static size_t column_width(const char *const *cells, size_t rows, size_t columns, size_t column)
{
	size_t width = WIDTH_MIN;

	for (size_t i = 0; i < rows; i++) {
		size_t w = text_width(cells[i * columns + column]) + PADDING;
		if (w > width)
			width = w;
	}
	return width;
}

static void add_cell(const char *s, size_t width, struct strbuf *out)
{
	size_t pad = width - (width ? text_width(s) : 0);

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s, next = (unsigned char)s[1];
		bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0; /* U+009B begins sequences */
		strbuf_addc(out, c < 0x20 || c == 0x7f || c1 ? '?' : (char)c);
		s += c1;
	}
	while (pad-- > 0)
		strbuf_addc(out, ' ');
}

void table_write(const char *const *cells, size_t rows, size_t columns, struct strbuf *out)
{
	size_t width[TABLE_COLUMNS_MAX] = {0};

	for (size_t c = 0; c + 1 < columns; c++)
		width[c] = column_width(cells, rows, columns, c);
	for (size_t i = 0; i < rows; i++) {
		for (size_t c = 0; c < columns; c++)
			add_cell(cells[i * columns + c], c + 1 < columns ? width[c] : 0, out);
		strbuf_addc(out, '\n');
	}
}
