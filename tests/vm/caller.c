/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program to be held: does its arguments, one after the other, and reports
 * like a Child. Linked statically, so that it runs in an empty root.
 *
 *   call   makes a call that is asked about; also without any argument
 *   fork   lets a new process do the rest, and waits for it
 *   none   does nothing
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULT_FD 3

static int
call (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (9) };
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  int error = 0;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (fd < 0 || connect (fd, (struct sockaddr *)&address, sizeof address) < 0)
    error = errno;
  close (fd);
  return error;
}

static int
wait_child (pid_t pid)
{
  int status;

  if (waitpid (pid, &status, 0) != pid)
    return 1;
  return status;
}

int
main (int argc, char **argv)
{
  int error = argc == 1 ? call () : 0;

  for (int i = 1; i < argc; i++)
    {
      if (strcmp (argv[i], "call") == 0)
        error = call ();
      else if (strcmp (argv[i], "fork") == 0)
        {
          pid_t pid = fork ();

          if (pid)
            return wait_child (pid);
        }
      else if (strcmp (argv[i], "none") != 0)
        return 2;
    }
  return write (RESULT_FD, &error, sizeof error) != sizeof error;
}
