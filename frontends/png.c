/* png.c: screenshots through libpng. See png.h. */
#include "frontends/png.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* pHYs holds pixels per length, here in units of the picture's own width and height as shown. Square ones go without saying. */
static void put_pixel_shape(png_structp png, png_infop info, const struct machine_screen *s)
{
    png_uint_32 x = s->width * s->aspect_height, y = s->height * s->aspect_width;

    if (x && y && x != y) png_set_pHYs(png, info, x, y, PNG_RESOLUTION_UNKNOWN);
}

/* All that can longjmp: false if libpng or the file fails. ROW has room for a row of 3 bytes a pixel. */
static bool write_picture(png_structp png, png_infop info, FILE *f, const struct machine_screen *s, png_bytep row)
{
    if (setjmp(png_jmpbuf(png))) return false;
    png_init_io(png, f);
    png_set_IHDR(png, info, s->width, s->height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    put_pixel_shape(png, info, s);
    png_set_compression_level(png, 6);
    png_write_info(png, info);
    for (unsigned y = 0; y < s->height; y++) {
        for (unsigned x = 0; x < s->width; x++) {
            uint32_t pixel = s->pixels[(size_t)y * s->width + x];

            row[x * 3] = (png_byte)(pixel >> 16);
            row[x * 3 + 1] = (png_byte)(pixel >> 8);
            row[x * 3 + 2] = (png_byte)pixel;
        }
        png_write_row(png, row);
    }
    png_write_end(png, info);
    return true;
}

static void say_nothing(png_structp png, png_const_charp text)
{
    (void)png, (void)text;
}

static void jump(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

/* Half a picture is of no use; but what is a device or a link stays where it is. */
static void remove_file(const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode)) unlink(path);
}

int png_save(const char *path, const struct machine_screen *screen, char *error, size_t error_size)
{
    png_structp png = NULL;
    png_infop   info = NULL;
    png_bytep   row = malloc((size_t)screen->width * 3 + 1);
    FILE       *f = NULL;
    int         status = -ENOMEM;

    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, jump, say_nothing);
    if (png) info = png_create_info_struct(png);
    if (!row || !info) goto out;
    f = fopen(path, "wbe");
    status = f ? 0 : -errno;
    if (!f) goto out;
    if (!write_picture(png, info, f, screen, row)) status = -EIO;
    if (fclose(f) != 0 && !status) status = -errno;
    if (status) remove_file(path);
out:
    if (status) snprintf(error, error_size, "%s: the screenshot is not written: %s", path, strerror(-status));
    if (png) png_destroy_write_struct(&png, &info);
    free(row);
    return status;
}
