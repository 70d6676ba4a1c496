#pragma once
// For tests: a MariaDB of one's own, in a folder of one's own, that listens on a socket there
// alone. One for all tests of a process; each test has a database of its own in it.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <mysql.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "store/mysql/mysql_store.h"

namespace stentor::store {

// Its standard output and error go to `log`. It ends with the thread that started it.
inline pid_t start_program(std::vector<std::string> words, const std::string& log) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

// Where making a table costs no sync, if there is such a place: each test makes them all.
class QuickFolder {
public:
    QuickFolder() {
        const bool in_memory = ::access("/dev/shm", W_OK) == 0;
        std::string name = (in_memory ? std::filesystem::path{"/dev/shm"}
                                      : std::filesystem::temp_directory_path()) /
                           "stentor-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
        path_ = name;
    }
    QuickFolder(const QuickFolder&) = delete;
    QuickFolder& operator=(const QuickFolder&) = delete;
    ~QuickFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string operator/(const std::string& below) const {
        return (path_ / below).string();
    }

private:
    std::filesystem::path path_;
};

// A connection past the store: what an operator, or another program, does.
class RawConnection {
public:
    explicit RawConnection(const MysqlOptions& options) : base_(mysql_init(nullptr)) {
        if (mysql_real_connect(base_, nullptr, options.user.c_str(), nullptr,
                               options.database.empty() ? nullptr : options.database.c_str(), 0,
                               options.socket.c_str(), 0) == nullptr) {
            const std::string why = mysql_error(base_);
            mysql_close(base_);
            throw std::runtime_error(why);
        }
    }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;
    ~RawConnection() { mysql_close(base_); }

    // 0, or the server's number of what was wrong.
    unsigned run(const std::string& sql) {
        if (mysql_real_query(base_, sql.data(), sql.size()) != 0) return mysql_errno(base_);
        mysql_free_result(mysql_store_result(base_));
        return 0;
    }
    // The rows, columns one after the other.
    std::vector<std::string> look(const std::string& sql) {
        std::vector<std::string> found;
        if (mysql_real_query(base_, sql.data(), sql.size()) != 0) {
            throw std::runtime_error(mysql_error(base_));
        }
        MYSQL_RES* rows = mysql_store_result(base_);
        while (MYSQL_ROW row = mysql_fetch_row(rows)) {
            const unsigned long* lengths = mysql_fetch_lengths(rows);
            for (unsigned i = 0; i < mysql_num_fields(rows); ++i) {
                found.emplace_back(row[i] == nullptr ? "" : std::string(row[i], lengths[i]));
            }
        }
        mysql_free_result(rows);
        return found;
    }
    std::string version() { return mysql_get_server_info(base_); }

private:
    MYSQL* base_;
};

class Mariadb {
public:
    static Mariadb& only() {
        static Mariadb server;
        return server;
    }
    Mariadb(const Mariadb&) = delete;
    Mariadb& operator=(const Mariadb&) = delete;
    ~Mariadb() { stop(); }

    // Of a database that is empty and new.
    MysqlOptions fresh() {
        MysqlOptions options = root();
        options.database = "test_" + std::to_string(++databases_);
        RawConnection connection{root()};
        if (connection.run("CREATE DATABASE " + options.database) != 0) {
            throw std::runtime_error("cannot make a database");
        }
        return options;
    }
    void drop(const std::string& database) {
        RawConnection connection{root()};
        connection.run("DROP DATABASE " + database);
    }
    MysqlOptions root() const {
        MysqlOptions options;
        options.socket = folder_ / "socket";
        options.user = "root";
        return options;
    }
    void pause() const { ::kill(pid_, SIGSTOP); }
    void go_on() const { ::kill(pid_, SIGCONT); }
    void stop() {
        if (pid_ == 0) return;
        ::kill(pid_, SIGTERM);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = 0;
    }

private:
    Mariadb() {
        const std::string log = folder_ / "log";
        const std::string rows = "--datadir=" + (folder_ / "rows");
        const std::string user = ::geteuid() == 0 ? "--user=root" : "--verbose";
        int status = 0;
        const pid_t made =
            start_program({"mariadb-install-db", "--no-defaults", rows, user,
                           "--auth-root-authentication-method=normal", "--skip-test-db"},
                          log);
        ::waitpid(made, &status, 0);
        if (status != 0) throw std::runtime_error("mariadb-install-db failed, see " + log);
        pid_ =
            start_program({"/usr/sbin/mariadbd", "--no-defaults", rows, user, "--skip-networking",
                           "--socket=" + root().socket, "--pid-file=" + (folder_ / "pid"),
                           "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M",
                           "--innodb-log-file-size=16M", "--skip-log-bin"},
                          log);
        for (int tries = 0; tries < 1'200; ++tries) {
            try {
                RawConnection connection{root()};
                return;
            } catch (const std::runtime_error&) {
                std::this_thread::sleep_for(std::chrono::milliseconds{50});
            }
        }
        stop();
        throw std::runtime_error("mariadbd does not answer, see " + log);
    }

    QuickFolder folder_;
    pid_t pid_{};
    int databases_{};
};

}  // namespace stentor::store
