/// Between our address and the system's; for the .c files of this module only.
#pragma once
#include <sys/socket.h>

#include "clinux_net.h"

socklen_t ml_to_sockaddr(const struct ml_address *address, struct sockaddr_storage *out);
void ml_from_sockaddr(const struct sockaddr_storage *in, struct ml_address *address);
