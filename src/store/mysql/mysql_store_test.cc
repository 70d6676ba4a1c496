#include "store/mysql/mysql_store.h"

#include <stdexcept>

#include "store/conformance.h"
#include "store/mysql/mariadb_test_kit.h"

namespace stentor::store {
namespace {

class MysqlSubject final : public Subject {
public:
    MysqlSubject() : options_(Mariadb::only().fresh()) { reopen(); }
    ~MysqlSubject() override {
        store_.reset();
        Mariadb::only().drop(options_.database);
    }
    Store& store() override { return *store_; }
    void reopen() override {
        store_.reset();
        auto opened = open_mysql(options_);
        if (!opened) throw std::runtime_error("cannot open the store");
        store_ = *std::move(opened);
    }

private:
    MysqlOptions options_;
    std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Mysql, Conformance,
                         testing::Values(EngineUnderTest{
                             "mysql", [] { return std::make_unique<MysqlSubject>(); }}),
                         name_of);

}  // namespace
}  // namespace stentor::store
