/* consume_sync.c: a program that has only the installed libraries, sync among them. */
#include <stdio.h>

#include <waymark/sys/transport.h>

int main(void)
{
    bool good = wm_transport_path_valid(WM_STR("public/timestamp.json")) &&
                !wm_transport_path_valid(WM_STR("../timestamp.json"));
    puts(good ? "can sync" : "cannot sync");
    return good ? 0 : 1;
}
