/* main.c: the command table and nothing else. */
#include <stdio.h>

int main(void)
{
    puts("waymark " WAYMARK_VERSION);
    return 0;
}
