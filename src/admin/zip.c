/* ZIP archives; see zip.h. */
#include "admin/zip.h"

enum {
	LOCAL_HEADER = 0x04034b50,
	DIRECTORY_HEADER = 0x02014b50,
	DIRECTORY_END = 0x06054b50,
	VERSION = 20,
	UTF8_NAMES = 1 << 11,
	NEW_YEAR_1980 = 1 << 5 | 1, /* the earliest date there is: none is known */
};

struct zip zip_new(struct arena *arena)
{
	return (struct zip){ text_new(arena, 0), text_new(arena, 0), 0 };
}

static void add_number(struct text *text, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		text_add_char(text, (char)(value >> 8 * i));
}

static uint32_t crc32_of(struct str content)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < content.n; i++) {
		crc ^= (unsigned char)content.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* What both headers of a file have: from the flags to the lengths of the name and of nothing. */
static void add_facts(struct text *text, struct str path, struct str content, uint32_t crc)
{
	add_number(text, UTF8_NAMES, 2);
	add_number(text, 0, 2); /* stored */
	add_number(text, 0, 2);
	add_number(text, NEW_YEAR_1980, 2);
	add_number(text, crc, 4);
	add_number(text, (uint32_t)content.n, 4);
	add_number(text, (uint32_t)content.n, 4);
	add_number(text, (uint32_t)path.n, 2);
	add_number(text, 0, 2);
}

void zip_add(struct zip *zip, struct str path, struct str content)
{
	uint32_t crc = crc32_of(content), offset = (uint32_t)zip->files.n;
	add_number(&zip->files, LOCAL_HEADER, 4);
	add_number(&zip->files, VERSION, 2);
	add_facts(&zip->files, path, content, crc);
	text_add(&zip->files, path);
	text_add(&zip->files, content);
	add_number(&zip->directory, DIRECTORY_HEADER, 4);
	add_number(&zip->directory, VERSION, 2);
	add_number(&zip->directory, VERSION, 2);
	add_facts(&zip->directory, path, content, crc);
	add_number(&zip->directory, 0, 2); /* comment */
	add_number(&zip->directory, 0, 2); /* disk */
	add_number(&zip->directory, 0, 2);
	add_number(&zip->directory, 0, 4);
	add_number(&zip->directory, offset, 4);
	text_add(&zip->directory, path);
	zip->n++;
}

struct str zip_end(struct zip *zip)
{
	uint32_t start = (uint32_t)zip->files.n;
	struct str directory = text_str(&zip->directory);
	text_add(&zip->files, directory);
	add_number(&zip->files, DIRECTORY_END, 4);
	add_number(&zip->files, 0, 4); /* disks */
	add_number(&zip->files, zip->n, 2);
	add_number(&zip->files, zip->n, 2);
	add_number(&zip->files, (uint32_t)directory.n, 4);
	add_number(&zip->files, start, 4);
	add_number(&zip->files, 0, 2);
	return text_str(&zip->files);
}
