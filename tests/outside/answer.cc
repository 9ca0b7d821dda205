// SPDX-License-Identifier: GPL-2.0-or-later
// The same as answer.c, as somebody who writes C++ would.
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <poll.h>
#include <snet.h>

namespace
{

struct Closer
{
	void operator()(snet *handle) const
	{
		snet_close(handle);
	}
};

class Firewall
{
public:
	explicit Firewall(int calls) : left(calls)
	{
		struct snet *opened = nullptr;
		check(snet_open(&opened));
		handle.reset(opened);

		snet_callbacks callbacks = {};
		callbacks.request = [](snet *, const snet_event *event, void *data) {
			static_cast<Firewall *>(data)->deny(*event);
		};
		check(snet_register(handle.get(), &callbacks, this));
		check(snet_ticket_flush(handle.get()));
	}

	void run()
	{
		pollfd fd = {snet_fd(handle.get()), POLLIN, 0};

		while (left > 0 && poll(&fd, 1, -1) >= 0)
			check(snet_dispatch(handle.get()));
	}

private:
	void check(int result) const
	{
		if (result < 0)
			throw std::runtime_error(snet_strerror(handle.get(), result));
	}

	void deny(const snet_event &event)
	{
		std::string line(160, '\0');
		line.resize(static_cast<std::size_t>(snet_event_format(&event, &line[0], line.size())));
		int err = snet_verdict(handle.get(), event.id, SNET_VERDICT_DENY, ENETDOWN);
		std::cout << line << ": " << snet_strerror(handle.get(), err) << std::endl;
		left--;
	}

	std::unique_ptr<snet, Closer> handle;
	int left;
};

} // namespace

int main(int argc, char **argv)
{
	std::cout << "libsnet " << snet_version() << ", compiled with " << LIBSNET_VERSION_MAJOR
		  << '.' << LIBSNET_VERSION_MINOR << '.' << LIBSNET_VERSION_PATCH << std::endl;
	try {
		Firewall(argc > 1 ? std::atoi(argv[1]) : 0).run();
	} catch (const std::exception &error) {
		std::cout << error.what() << std::endl;
		return 1;
	}
	return 0;
}
