// Only in builds with the thread sanitizer, which believes that a process has one descriptor table:
// two threads with tables of their own that open "the same" number look like a race to it.

#if defined(__SANITIZE_THREAD__)
#define STENTOR_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STENTOR_TSAN 1
#endif
#endif

#ifdef STENTOR_TSAN
// The name is the sanitizer's; so are those of the functions it puts around system calls.
extern "C" const char* __tsan_default_suppressions();
const char* __tsan_default_suppressions() {
    return "race:interceptor_epoll_\n"
           "race:interceptor_socket$\n"
           "race:interceptor_bind$\n"
           "race:interceptor_listen$\n"
           "race:interceptor_accept4$\n"
           "race:interceptor_close$\n"
           "race:interceptor_recv$\n"
           "race:interceptor_send$\n"
           "race:interceptor_sendmsg$\n"
           "race:interceptor_write$\n"
           "race:interceptor_connect$\n"
           "race:interceptor_poll$\n";
}
#endif
