/* fdc_media.c: the shapes of PC floppy disks. */
#include "devices/fdc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct fdc_geometry formats[] = { /* ascending by size */
    {40, 1, 8, FDC_DOUBLE},  /* 160K, 5.25" */
    {40, 1, 9, FDC_DOUBLE},  /* 180K */
    {40, 2, 8, FDC_DOUBLE},  /* 320K */
    {40, 2, 9, FDC_DOUBLE},  /* 360K */
    {80, 2, 9, FDC_DOUBLE},  /* 720K, 3.5" */
    {80, 2, 15, FDC_HIGH},   /* 1.2M, 5.25" */
    {80, 2, 18, FDC_HIGH},   /* 1.44M, 3.5" */
    {80, 2, 21, FDC_HIGH},   /* 1.68M, DMF */
    {82, 2, 21, FDC_HIGH},   /* 1.72M */
    {80, 2, 36, FDC_EXTRA},  /* 2.88M */
};

static uint64_t format_size(const struct fdc_geometry *g)
{
    return (uint64_t)g->cylinders * g->heads * g->sectors * FDC_SECTOR;
}

/* Formats that programs stretch: 80 to 84 or 40 to 42 cylinders of two sides, as many sectors as fit exactly. */
static bool guess(uint64_t size, struct fdc_geometry *g)
{
    static const uint8_t cylinders[] = {80, 82, 83, 81, 84, 40, 41, 42};

    for (size_t i = 0; i < COUNT(cylinders); i++) {
        uint64_t cylinder = 2u * FDC_SECTOR * cylinders[i], sectors = size / cylinder;

        if (size % cylinder || sectors < 8 || sectors > FDC_MAX_SECTORS) continue;
        if (cylinders[i] < 80 && sectors > 10) continue;
        *g = (struct fdc_geometry){cylinders[i], 2, (uint8_t)sectors,
                                   sectors <= 11 ? FDC_DOUBLE : sectors <= 24 ? FDC_HIGH : FDC_EXTRA};
        return true;
    }
    return false;
}

bool fdc_geometry(uint64_t size, struct fdc_geometry *g)
{
    if (size < FDC_SECTOR) return false;
    for (size_t i = 0; i < COUNT(formats); i++) {
        if (format_size(&formats[i]) == size) {
            *g = formats[i];
            return true;
        }
    }
    if (guess(size, g)) return true;
    for (size_t i = 0; i < COUNT(formats); i++) { /* only the two that are usual today */
        bool usual = formats[i].sectors == 18 || formats[i].sectors == 36;

        if (usual && size < format_size(&formats[i])) {
            *g = formats[i];
            return true;
        }
    }
    return false;
}

enum fdc_drive_type fdc_drive_for(uint64_t size)
{
    struct fdc_geometry g;

    if (!fdc_geometry(size, &g) || g.density == FDC_EXTRA) return FDC_2880K;
    if (g.cylinders < 80) return FDC_360K;
    return g.sectors == 15 ? FDC_1200K : FDC_1440K;
}
