/* The progress bar of long work; see progress.h. */
#include "cli/progress.h"

enum { WIDTH = 30 };

void progress_draw(FILE *to, const char *what, int64_t done, int64_t total, int64_t users)
{
	char bar[WIDTH + 1];
	if (done > total)
		done = total;
	int filled = total > 0 ? (int)(done * WIDTH / total) : WIDTH;
	for (int i = 0; i < WIDTH; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[WIDTH] = 0;
	fprintf(to, "\r%s [%s] %3d %%", what, bar, total > 0 ? (int)(done * 100 / total) : 100);
	if (users)
		fprintf(to, ", %lld users", (long long)users);
	fflush(to);
}

void progress_clear(FILE *to)
{
	fputs("\r\033[K", to);
	fflush(to);
}
