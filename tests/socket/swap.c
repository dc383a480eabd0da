/*
 * Keeps exchanging two files until it is killed.
 *
 *     swap FILE FILE
 */
#include <linux/fs.h>

#include "testing.h"

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    begin();
    for (;;)
        if (syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) != 0)
            die(argv[1]);
}
