/* places_grid.c: eastings and northings to latitude and longitude.
 *
 * Two steps: the Transverse Mercator projection of the National Grid backwards onto Airy's
 * ellipsoid, then from there to the ellipsoid of WGS 84. Formulas and constants: Ordnance Survey,
 * "A guide to coordinate systems in Great Britain", annexes A to C. */
#include <math.h>

#include <waymark/sys/interchange_places.h>

#define AIRY_A 6377563.396
#define AIRY_B 6356256.909
#define WGS_A 6378137.0
#define WGS_B 6356752.3141
#define SCALE 0.9996012717 /* on the central meridian */
#define TRUE_NORTHING (-100000.0)
#define TRUE_EASTING 400000.0
#define RADIAN (3.14159265358979323846 / 180.0)
#define TRUE_LATITUDE (49.0 * RADIAN)
#define TRUE_LONGITUDE (-2.0 * RADIAN)

#define SECOND (RADIAN / 3600.0)

typedef struct point {
    double lat; /* radians */
    double lon;
} point;

/* Length of the meridian from the true origin. */
static double meridian(double lat)
{
    double n = (AIRY_A - AIRY_B) / (AIRY_A + AIRY_B);
    double n2 = n * n;
    double n3 = n2 * n;
    double apart = lat - TRUE_LATITUDE;
    double sum = lat + TRUE_LATITUDE;
    return AIRY_B * SCALE *
           ((1 + n + 1.25 * n2 + 1.25 * n3) * apart -
            (3 * n + 3 * n2 + 2.625 * n3) * sin(apart) * cos(sum) +
            (1.875 * n2 + 1.875 * n3) * sin(2 * apart) * cos(2 * sum) -
            35.0 / 24 * n3 * sin(3 * apart) * cos(3 * sum));
}

static point from_grid(double easting, double northing)
{
    double lat = TRUE_LATITUDE + (northing - TRUE_NORTHING) / (AIRY_A * SCALE);
    for (int i = 0; i < 8; i++) { /* to a hundredth of a millimetre after three or four */
        lat += (northing - TRUE_NORTHING - meridian(lat)) / (AIRY_A * SCALE);
    }
    double e2 = 1 - AIRY_B * AIRY_B / (AIRY_A * AIRY_A);
    double bend = 1 - e2 * sin(lat) * sin(lat);
    double nu = AIRY_A * SCALE / sqrt(bend);
    double rho = AIRY_A * SCALE * (1 - e2) / (bend * sqrt(bend));
    double eta2 = nu / rho - 1;
    double t = tan(lat);
    double t2 = t * t;
    double t4 = t2 * t2;
    double sec = 1 / cos(lat);
    double d = (easting - TRUE_EASTING) / nu;
    double d2 = d * d;
    double up = t * nu / rho * d2 / 2 *
                (1 - d2 / 12 * (5 + 3 * t2 + eta2 - 9 * t2 * eta2) +
                 d2 * d2 / 360 * (61 + 90 * t2 + 45 * t4));
    double across = sec * d *
                    (1 - d2 / 6 * (nu / rho + 2 * t2) + d2 * d2 / 120 * (5 + 28 * t2 + 24 * t4) -
                     d2 * d2 * d2 / 5040 * (61 + 662 * t2 + 1320 * t4 + 720 * t4 * t2));
    return (point){ lat - up, TRUE_LONGITUDE + across };
}

/* The same point on the other ellipsoid. */
static point to_wgs(point airy)
{
    double e2 = 1 - AIRY_B * AIRY_B / (AIRY_A * AIRY_A);
    double nu = AIRY_A / sqrt(1 - e2 * sin(airy.lat) * sin(airy.lat));
    double x = nu * cos(airy.lat) * cos(airy.lon);
    double y = nu * cos(airy.lat) * sin(airy.lon);
    double z = nu * (1 - e2) * sin(airy.lat);
    double s = 1 - 20.4894e-6;
    double rx = 0.1502 * SECOND;
    double ry = 0.2470 * SECOND;
    double rz = 0.8421 * SECOND;
    double wx = 446.448 + s * x - rz * y + ry * z;
    double wy = -125.157 + rz * x + s * y - rx * z;
    double wz = 542.060 - ry * x + rx * y + s * z;
    double w2 = 1 - WGS_B * WGS_B / (WGS_A * WGS_A);
    double p = sqrt(wx * wx + wy * wy);
    double lat = atan2(wz, p * (1 - w2));
    for (int i = 0; i < 6; i++) {
        double wnu = WGS_A / sqrt(1 - w2 * sin(lat) * sin(lat));
        lat = atan2(wz + w2 * wnu * sin(lat), p);
    }
    return (point){ lat, atan2(wy, wx) };
}

bool wm_grid_position(int32_t easting, int32_t northing, int32_t *lat_out, int32_t *lon_out)
{
    if (easting <= 0 || easting > 700000 || northing <= 0 || northing > 1300000) {
        return false;
    }
    point at = to_wgs(from_grid(easting, northing));
    *lat_out = (int32_t)floor(at.lat / RADIAN * 1e5 + 0.5);
    *lon_out = (int32_t)floor(at.lon / RADIAN * 1e5 + 0.5);
    return true;
}
