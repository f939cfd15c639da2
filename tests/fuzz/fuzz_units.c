/* fuzz_units.c: whatever text stands for the units of a sector, they rise, lie somewhere, and come
 * back from a text of our own; or it is refused. */
#include <assert.h>
#include <stdint.h>

#include "vocab/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const wm_units_origin origin = { 5139287, -236117 };
    wm_str text = { (const char *)data, size };
    wm_unit units[WM_UNIT_CELLS];
    wm_unit again[WM_UNIT_CELLS];
    size_t count = 0;
    size_t second = 0;
    wm_error err = { 0 };
    wm_buf out;
    if (wm_units_decode(text, origin, units, &count, &err) != WM_OK) {
        assert(err.text[0] != '\0');
        return 0;
    }
    assert(count > 0 && count <= WM_UNIT_CELLS);
    for (size_t i = 0; i < count; i++) {
        assert(units[i].cell < WM_UNIT_CELLS && units[i].locality < 16);
        assert(i == 0 || units[i - 1].cell < units[i].cell);
    }
    wm_buf_init(&out, wm_env_system(), WM_UNITS_TEXT_BYTES_MAX);
    wm_units_encode(units, count, origin, &out);
    assert(out.len <= size); /* ours takes the least */
    wm_status status = wm_units_decode(wm_buf_str(&out), origin, again, &second, &err);
    assert(status == WM_OK && second == count);
    for (size_t i = 0; i < count; i++) {
        assert(again[i].cell == units[i].cell && again[i].locality == units[i].locality);
        assert(again[i].is_rough == units[i].is_rough);
        assert(again[i].lat == units[i].lat && again[i].lon == units[i].lon);
    }
    (void)status;
    wm_buf_fini(&out);
    return 0;
}
