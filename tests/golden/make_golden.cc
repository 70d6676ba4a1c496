// Writes the golden vectors: frames with every field of the protocol set, the digest chain and the
// client message ids. Run by ./dev golden after a change of the schema; a test runs it too and
// compares. It reads the schema as protoc describes it, so a new field cannot be
// forgotten, and shares no generated code with the server.
//
//   make_golden SCHEMA OUT_FOLDER

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cmid.h"
#include "base/digest.h"

namespace stentor {
namespace {

namespace proto = google::protobuf;

constexpr Time kTime = from_ms(1'800'000'000'123);
constexpr std::uint64_t kEdge = (std::uint64_t{1} << 53U) - 1;  // The largest id (limits::kIdMax).
constexpr std::string_view kText = "Gr\u00fc\u00dfe, \u4f60\u597d \U0001F389 <b>&\"\\";

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        text += kDigits[static_cast<unsigned char>(c) >> 4U];
        text += kDigits[static_cast<unsigned char>(c) & 15U];
    }
    return text;
}

std::string in_quotes(std::string_view text) { return '"' + std::string{text} + '"'; }
std::string in_quotes(std::uint64_t number) { return in_quotes(std::to_string(number)); }

Cmid cmid_number(std::uint8_t number) {
    std::array<std::uint8_t, 10> random{};
    for (std::uint8_t i = 0; i < random.size(); ++i) {
        random[i] = static_cast<std::uint8_t>(number * 16 + i);
    }
    return Cmid::made_at(kTime + Millis{number}, random);
}

// ---- Frames

enum class Style : std::uint8_t { plain, edge };

// Sets every field of a message, each to a value of its own; of a oneof the member `chosen`, or
// the first.
class Filler {
public:
    explicit Filler(Style style) : style_(style) {}

    void fill(proto::Message& message, const proto::FieldDescriptor* chosen = nullptr) {
        const proto::Descriptor& type = *message.GetDescriptor();
        for (int i = 0; i < type.field_count(); ++i) {
            const proto::FieldDescriptor& field = *type.field(i);
            const proto::OneofDescriptor* choice = field.real_containing_oneof();
            if (choice != nullptr) {
                const bool mine = chosen != nullptr && chosen->containing_oneof() == choice;
                if (&field != (mine ? chosen : choice->field(0))) continue;
            }
            set(message, field);
        }
    }

private:
    void set(proto::Message& message, const proto::FieldDescriptor& field) {
        if (!field.is_repeated()) return set_one(message, field, nullptr);
        const proto::Descriptor* type = field.message_type();
        if (type != nullptr && type->oneof_decl_count() == 1) {
            const proto::OneofDescriptor& choice = *type->oneof_decl(0);
            for (int i = 0; i < choice.field_count(); ++i) set_one(message, field, choice.field(i));
            return;
        }
        set_one(message, field, nullptr);
        set_one(message, field, nullptr);
    }

    void set_one(proto::Message& message, const proto::FieldDescriptor& field,
                 const proto::FieldDescriptor* chosen) {
        const proto::Reflection& at = *message.GetReflection();
        using Field = proto::FieldDescriptor;
        const bool many = field.is_repeated();
        switch (field.cpp_type()) {
            case Field::CPPTYPE_UINT64: {
                const std::uint64_t value = number(field, kEdge);
                many ? at.AddUInt64(&message, &field, value)
                     : at.SetUInt64(&message, &field, value);
                return;
            }
            case Field::CPPTYPE_UINT32: {
                const auto value = static_cast<std::uint32_t>(number(field, 0xffff'ffffU));
                many ? at.AddUInt32(&message, &field, value)
                     : at.SetUInt32(&message, &field, value);
                return;
            }
            case Field::CPPTYPE_BOOL: return at.SetBool(&message, &field, true);
            case Field::CPPTYPE_ENUM: {
                const proto::EnumDescriptor& type = *field.enum_type();
                const int place = style_ == Style::edge ? type.value_count() - 1 : 1;
                return at.SetEnum(&message, &field, type.value(place));
            }
            case Field::CPPTYPE_STRING: {
                const std::string value = text(field);
                many ? at.AddString(&message, &field, value)
                     : at.SetString(&message, &field, value);
                return;
            }
            case Field::CPPTYPE_MESSAGE:
                return fill(
                    many ? *at.AddMessage(&message, &field) : *at.MutableMessage(&message, &field),
                    chosen);
            default:
                std::fprintf(stderr, "no value for %s\n", field.full_name().c_str());
                std::exit(1);
        }
    }

    std::uint64_t number(const proto::FieldDescriptor& field, std::uint64_t edge) {
        if (style_ == Style::edge) return edge;
        return 100U * static_cast<std::uint64_t>(field.number()) + ++count_;
    }

    std::string text(const proto::FieldDescriptor& field) {
        const std::string& name = field.name();
        if (field.type() != proto::FieldDescriptor::TYPE_BYTES) {
            return style_ == Style::edge ? std::string{kText} : name + std::to_string(++count_);
        }
        if (name == "cmid" || name == "after") {
            return std::string{cmid_number(static_cast<std::uint8_t>(++count_ % 16)).view()};
        }
        if (name == "body") return "\x0a\x02hi\x10\x07";  // Body{text "hi", reply_to 7}
        return std::string{hash_of(name + std::to_string(++count_)).view()};
    }

    Style style_;
    std::uint64_t count_ = 0;
};

std::string record(const std::string& name, const proto::Message& frame) {
    std::string json;
    if (!proto::util::MessageToJsonString(frame, &json).ok()) std::exit(1);
    return "{\"name\": " + in_quotes(name) +
           ", \"hex\": " + in_quotes(hex(frame.SerializeAsString())) + ", \"json\": " + json + "}";
}

// One plain frame for each kind, one more for each further choice inside it, and one at the edges.
std::vector<std::string> frames_of(proto::DynamicMessageFactory& factory,
                                   const proto::Descriptor& type) {
    std::vector<std::string> records;
    const proto::OneofDescriptor& kinds = *type.oneof_decl(0);
    for (int i = 0; i < kinds.field_count(); ++i) {
        const proto::FieldDescriptor& kind = *kinds.field(i);
        const auto add = [&](const std::string& name, Style style,
                             const proto::FieldDescriptor* chosen) {
            const std::unique_ptr<proto::Message> frame{factory.GetPrototype(&type)->New()};
            Filler filler{style};
            filler.fill(*frame, &kind);
            if (chosen != nullptr) {
                proto::Message& inner = *frame->GetReflection()->MutableMessage(frame.get(), &kind);
                inner.Clear();
                filler.fill(inner, chosen);
            }
            records.push_back(record(name, *frame));
        };
        add(kind.name(), Style::plain, nullptr);
        const proto::Descriptor& inner = *kind.message_type();
        if (inner.oneof_decl_count() == 1) {
            for (int j = 1; j < inner.oneof_decl(0)->field_count(); ++j) {
                const proto::FieldDescriptor* chosen = inner.oneof_decl(0)->field(j);
                add(kind.name() + "/" + chosen->name(), Style::plain, chosen);
            }
        }
        if (inner.field_count() > 0) add(kind.name() + "/edge", Style::edge, nullptr);
    }
    return records;
}

// ---- Digests and ids

std::vector<std::string> digests() {
    std::vector<std::string> records;
    for (const std::string_view input : {"", "abc", "\x0a\x02hi"}) {
        records.push_back("{\"kind\": \"hash\", \"input\": " + in_quotes(hex(input)) +
                          ", \"digest\": " + in_quotes(hex(hash_of(input).view())) + "}");
    }
    for (const std::uint64_t gid : {std::uint64_t{1}, std::uint64_t{7}, kEdge}) {
        records.push_back("{\"kind\": \"genesis\", \"gid\": " + in_quotes(gid) +
                          ", \"digest\": " + in_quotes(hex(genesis(GroupId{gid}).view())) + "}");
    }
    // The log of group 7, from its start; each record's `before` is the digest of the one above.
    Digest before = genesis(GroupId{7});
    const std::vector<std::string> bodies{
        "\x0a\x02hi", "", std::string{"\x0a\x05"} + "a\xc3\xa9\xc3\xa9", std::string(300, 'x')};
    for (std::uint64_t i = 0; i < bodies.size(); ++i) {
        const bool last = i + 1 == bodies.size();
        const Link link{.seq = {last ? kEdge : i + 1},
                        .sender = {last ? kEdge : 4'294'967'296 + i},
                        .cmid = cmid_number(static_cast<std::uint8_t>(i)),
                        .kind = i == 1 ? 2U : 1U,
                        .time = kTime + Millis{i},
                        .body_hash = hash_of(bodies[i])};
        const Digest after = chained(before, link);
        records.push_back("{\"kind\": \"link\", \"before\": " + in_quotes(hex(before.view())) +
                          ", \"seq\": " + in_quotes(link.seq.value) +
                          ", \"sender\": " + in_quotes(link.sender.value) +
                          ", \"cmid\": " + in_quotes(hex(link.cmid.view())) +
                          ", \"entry_kind\": " + in_quotes(std::uint64_t{link.kind}) +
                          ", \"time_ms\": " + in_quotes(to_ms(link.time)) +
                          ", \"body\": " + in_quotes(hex(bodies[i])) +
                          ", \"body_hash\": " + in_quotes(hex(link.body_hash.view())) +
                          ", \"digest\": " + in_quotes(hex(after.view())) + "}");
        before = after;
    }
    return records;
}

std::vector<std::string> cmids() {
    std::vector<std::string> records;
    for (const std::uint64_t ms : {std::uint64_t{0}, to_ms(kTime), (std::uint64_t{1} << 48U) - 1}) {
        for (const std::uint8_t fill : {std::uint8_t{0}, std::uint8_t{0xff}, std::uint8_t{0x5a}}) {
            std::array<std::uint8_t, 10> random{};
            random.fill(fill);
            records.push_back(
                "{\"time_ms\": " + in_quotes(ms) + ", \"random\": " +
                in_quotes(hex({reinterpret_cast<const char*>(random.data()), random.size()})) +
                ", \"cmid\": " + in_quotes(hex(Cmid::made_at(from_ms(ms), random).view())) + "}");
        }
    }
    return records;
}

void write(const std::filesystem::path& file, const std::vector<std::string>& records) {
    std::ofstream out{file, std::ios::binary};
    out << "[\n";
    for (std::size_t i = 0; i < records.size(); ++i) {
        out << records[i] << (i + 1 < records.size() ? ",\n" : "\n");
    }
    out << "]\n";
    if (!out.flush()) std::exit(1);
}

int run(const std::filesystem::path& schema_file, const std::filesystem::path& out) {
    std::ifstream in{schema_file, std::ios::binary};
    proto::FileDescriptorSet files;
    if (!files.ParseFromIstream(&in)) return 1;
    proto::DescriptorPool pool;
    const proto::FileDescriptor* schema = nullptr;
    for (const proto::FileDescriptorProto& file : files.file()) schema = pool.BuildFile(file);
    if (schema == nullptr) return 1;

    proto::DynamicMessageFactory factory;
    write(out / "client_frames.json",
          frames_of(factory, *schema->FindMessageTypeByName("ClientFrame")));
    write(out / "server_frames.json",
          frames_of(factory, *schema->FindMessageTypeByName("ServerFrame")));
    write(out / "digests.json", digests());
    write(out / "cmids.json", cmids());
    return 0;
}

}  // namespace
}  // namespace stentor

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("make_golden SCHEMA OUT_FOLDER\n", stderr);
        return 2;
    }
    return stentor::run(argv[1], argv[2]);
}
