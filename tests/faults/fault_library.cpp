// Preloaded into the program under test: makes one system call of a kind fail, or writes down what reaches the disk.
//
//     GRADUS_FAULT=KIND:N[:ERRNO][:short][:on]   the N-th call of the kind fails (or moves half of its bytes), or all
//     from it on GRADUS_FAULT_COUNTS=FILE                   at the end: how many calls of each kind there were
//     GRADUS_JOURNAL=FILE, GRADUS_JOURNAL_ROOT=DIR  every change below DIR, in order (journal.py reads it)
//
// Kinds: alloc, open, write, sync, rename, read. Calls count from main() to its end, on files of the user alone: not on
// standard streams, nor below /proc, /sys, /dev, /etc and /usr.
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
}

namespace {

enum Kind { kAlloc, kOpen, kWrite, kSync, kRename, kRead, kNumKinds };
constexpr const char* kKinds[kNumKinds] = {"alloc", "open", "write", "sync", "rename", "read"};

std::atomic<long> counts[kNumKinds];
std::atomic<bool> counting{false};
int failing_kind = -1;
long failing_call = 0;
int failing_errno = EIO;
bool fails_short = false;
bool fails_on = false;

// What the system's own calls are, found before anything fails.
using Open = FILE* (*)(const char*, const char*);
using Fread = size_t (*)(void*, size_t, size_t, FILE*);
Open real_fopen = nullptr;
Fread real_fread = nullptr;

int journal = -1;
char root[PATH_MAX];
pthread_mutex_t journal_mutex = PTHREAD_MUTEX_INITIALIZER;

void put(int file, const char* bytes, size_t size) {
  while (size > 0) {
    const long done = syscall(SYS_write, file, bytes, size);
    if (done <= 0) return;
    bytes += done;
    size -= static_cast<size_t>(done);
  }
}

int number_of(const char* name) {
  struct Named {
    const char* name;
    int number;
  };
  constexpr Named kErrors[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO},       {"EINTR", EINTR},
                               {"EMFILE", EMFILE}, {"EACCES", EACCES}, {"ENOMEM", ENOMEM}};
  for (const Named& one : kErrors) {
    if (std::strcmp(one.name, name) == 0) return one.number;
  }
  return 0;
}

void read_plan() {
  const char* text = std::getenv("GRADUS_FAULT");
  if (text == nullptr) return;
  char copy[128];
  std::snprintf(copy, sizeof copy, "%s", text);
  char* rest = nullptr;
  const char* kind = strtok_r(copy, ":", &rest);
  for (int k = 0; k < kNumKinds; ++k) {
    if (kind != nullptr && std::strcmp(kKinds[k], kind) == 0) failing_kind = k;
  }
  if (failing_kind == kAlloc) failing_errno = ENOMEM;
  const char* call = strtok_r(nullptr, ":", &rest);
  failing_call = call != nullptr ? std::atol(call) : 0;
  while (const char* word = strtok_r(nullptr, ":", &rest)) {
    if (std::strcmp(word, "short") == 0) fails_short = true;
    if (std::strcmp(word, "on") == 0) fails_on = true;
    if (const int error = number_of(word)) failing_errno = error;
  }
}

void open_journal() {
  const char* path = std::getenv("GRADUS_JOURNAL");
  const char* folder = std::getenv("GRADUS_JOURNAL_ROOT");
  if (path == nullptr || folder == nullptr) return;
  std::snprintf(root, sizeof root, "%s", folder);
  journal = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

void write_counts() {
  const char* path = std::getenv("GRADUS_FAULT_COUNTS");
  if (path == nullptr) return;
  const int file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  for (int k = 0; k < kNumKinds; ++k) {
    char line[64];
    put(file, line, static_cast<size_t>(std::snprintf(line, sizeof line, "%s %ld\n", kKinds[k], counts[k].load())));
  }
  syscall(SYS_close, file);
}

// Whether this call is the one, or one of those, that fail.
bool fails(Kind kind) {
  if (!counting.load(std::memory_order_relaxed)) return false;
  const long call = ++counts[kind];
  const bool chosen = kind == failing_kind && (call == failing_call || (fails_on && call > failing_call));
  if (chosen && !fails_short) errno = failing_errno;
  return chosen;
}

bool is_own(const char* path) {
  for (const char* folder : {"/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib"}) {
    if (std::strncmp(path, folder, std::strlen(folder)) == 0) return false;
  }
  return true;
}

bool is_standard(int file) {
  return file >= 0 && file <= 2;
}

// The path below the root; nullptr for any other.
const char* below_root(const char* absolute) {
  const size_t length = std::strlen(root);
  return std::strncmp(absolute, root, length) == 0 && absolute[length] == '/' ? absolute + length + 1 : nullptr;
}

const char* path_below_root(const char* path, char (&buffer)[2 * PATH_MAX]) {
  char folder[PATH_MAX];
  if (path[0] == '/') {
    std::snprintf(buffer, sizeof buffer, "%s", path);
  } else {
    if (getcwd(folder, sizeof folder) == nullptr) return nullptr;
    std::snprintf(buffer, sizeof buffer, "%s/%s", folder, path);
  }
  return below_root(buffer);
}

// Of an open file: path and number; false for what is not below the root.
bool identify(int file, char (&path)[PATH_MAX], unsigned long& number, bool& is_folder) {
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  struct stat status {};
  if (below_root(path) == nullptr || fstat(file, &status) != 0) return false;
  number = status.st_ino;
  is_folder = S_ISDIR(status.st_mode);
  return is_folder || S_ISREG(status.st_mode);
}

// One record: a line of words, then so many bytes.
void record(const char* line, const void* bytes = nullptr, size_t size = 0) {
  const int kept = errno;
  pthread_mutex_lock(&journal_mutex);
  put(journal, line, std::strlen(line));
  put(journal, static_cast<const char*>(bytes), size);
  pthread_mutex_unlock(&journal_mutex);
  errno = kept;
}

void record_open(int file, int flags, bool is_new) {
  char path[PATH_MAX];
  unsigned long number = 0;
  bool is_folder = false;
  if (journal < 0 || file < 0 || (flags & O_ACCMODE) == O_RDONLY || !identify(file, path, number, is_folder)) return;
  char line[PATH_MAX + 64];
  std::snprintf(line, sizeof line, "open %lu %d %d %s\n", number, is_new ? 1 : 0, (flags & O_TRUNC) != 0 ? 1 : 0,
                below_root(path));
  record(line);
}

void record_write(int file, const void* bytes, ssize_t size, off_t offset) {
  char path[PATH_MAX];
  unsigned long number = 0;
  bool is_folder = false;
  if (journal < 0 || size <= 0 || !identify(file, path, number, is_folder)) return;
  if (offset < 0) offset = lseek(file, 0, SEEK_CUR) - size;
  char line[128];
  std::snprintf(line, sizeof line, "write %lu %ld %zd\n", number, static_cast<long>(offset), size);
  record(line, bytes, static_cast<size_t>(size));
}

void record_sync(int file) {
  char path[PATH_MAX];
  unsigned long number = 0;
  bool is_folder = false;
  if (journal < 0 || !identify(file, path, number, is_folder)) return;
  char line[PATH_MAX + 64];
  std::snprintf(line, sizeof line, "sync %lu %d %s\n", number, is_folder ? 1 : 0, below_root(path));
  record(line);
}

void record_paths(const char* what, const char* from, const char* to = nullptr) {
  char first[2 * PATH_MAX];
  char second[2 * PATH_MAX];
  const char* a = path_below_root(from, first);
  const char* b = to != nullptr ? path_below_root(to, second) : "";
  if (journal < 0 || a == nullptr || b == nullptr) return;
  char line[4 * PATH_MAX];
  std::snprintf(line, sizeof line, "%s %zu %zu\n%s%s", what, std::strlen(a), std::strlen(b), a, b);
  record(line);
}

using Main = int (*)(int, char**, char**);
Main program_main = nullptr;

int watched_main(int argc, char** argv, char** environment) {
  real_fopen = reinterpret_cast<Open>(dlsym(RTLD_NEXT, "fopen"));
  real_fread = reinterpret_cast<Fread>(dlsym(RTLD_NEXT, "fread"));
  read_plan();
  open_journal();
  counting = true;
  const int code = program_main(argc, argv, environment);
  counting = false;
  write_counts();
  return code;
}

int open_file(int folder, const char* path, int flags, unsigned mode) {
  if (is_own(path) && fails(kOpen)) return -1;
  const bool is_new = journal >= 0 && (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
  const int file = static_cast<int>(syscall(SYS_openat, folder, path, flags, mode));
  record_open(file, flags, is_new);
  return file;
}

unsigned mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, unsigned) : 0;
}

ssize_t read_bytes(int file, void* bytes, size_t size, off_t offset) {
  if (!is_standard(file) && fails(kRead)) {
    if (!fails_short) return -1;
    size = (size + 1) / 2;
  }
  return offset < 0 ? syscall(SYS_read, file, bytes, size) : syscall(SYS_pread64, file, bytes, size, offset);
}

ssize_t write_bytes(int file, const void* bytes, size_t size, off_t offset) {
  if (!is_standard(file) && fails(kWrite)) {
    if (!fails_short) return -1;
    size = (size + 1) / 2;
  }
  const ssize_t done =
      offset < 0 ? syscall(SYS_write, file, bytes, size) : syscall(SYS_pwrite64, file, bytes, size, offset);
  record_write(file, bytes, done, offset);
  return done;
}

int flush(long call, int file) {
  if (fails(kSync)) return -1;
  const int result = static_cast<int>(syscall(call, file));
  if (result == 0) record_sync(file);
  return result;
}

int cut(int file, off_t size) {
  const int result = static_cast<int>(syscall(SYS_ftruncate, file, size));
  char path[PATH_MAX];
  unsigned long number = 0;
  bool is_folder = false;
  if (journal < 0 || result != 0 || !identify(file, path, number, is_folder)) return result;
  char line[128];
  std::snprintf(line, sizeof line, "cut %lu %ld\n", number, static_cast<long>(size));
  record(line);
  return result;
}

}  // namespace

extern "C" {

int __libc_start_main(Main main, int argc, char** argv, void (*init)(), void (*fini)(), void (*end)(), void* stack) {
  using Start = int (*)(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  const auto start = reinterpret_cast<Start>(dlsym(RTLD_NEXT, "__libc_start_main"));
  program_main = main;
  return start(watched_main, argc, argv, init, fini, end, stack);
}

void* malloc(size_t size) {
  return fails(kAlloc) ? nullptr : __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  return fails(kAlloc) ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) {
  return fails(kAlloc) ? nullptr : __libc_realloc(memory, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  return fails(kAlloc) ? nullptr : __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, size_t alignment, size_t size) {
  *memory = fails(kAlloc) ? nullptr : __libc_memalign(alignment, size);
  return *memory != nullptr ? 0 : ENOMEM;
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const unsigned mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_file(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const unsigned mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_file(AT_FDCWD, path, flags, mode);
}
FILE* fopen(const char* path, const char* mode) {
  if (is_own(path) && fails(kOpen)) return nullptr;
  const bool writes = mode[0] != 'r' || std::strchr(mode, '+') != nullptr;
  const bool is_new = journal >= 0 && writes && access(path, F_OK) != 0;
  FILE* file =
      real_fopen != nullptr ? real_fopen(path, mode) : reinterpret_cast<Open>(dlsym(RTLD_NEXT, "fopen"))(path, mode);
  if (file != nullptr && writes) record_open(fileno(file), O_WRONLY | (mode[0] == 'w' ? O_TRUNC : 0), is_new);
  return file;
}
FILE* fopen64(const char* path, const char* mode) {
  return fopen(path, mode);
}

ssize_t read(int file, void* bytes, size_t size) {
  return read_bytes(file, bytes, size, -1);
}
ssize_t pread(int file, void* bytes, size_t size, off_t offset) {
  return read_bytes(file, bytes, size, offset);
}
ssize_t pread64(int file, void* bytes, size_t size, off64_t offset) {
  return read_bytes(file, bytes, size, offset);
}
size_t fread(void* bytes, size_t size, size_t count, FILE* file) {
  // It reads on after a signal and in as many pieces as it takes.
  if (!fails_short && failing_errno != EINTR && fails(kRead)) return 0;
  return real_fread(bytes, size, count, file);
}

ssize_t write(int file, const void* bytes, size_t size) {
  return write_bytes(file, bytes, size, -1);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  return write_bytes(file, bytes, size, offset);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  return write_bytes(file, bytes, size, offset);
}
ssize_t writev(int file, const iovec* pieces, int count) {
  ssize_t done = 0;
  for (int i = 0; i < count; ++i) {
    if (pieces[i].iov_len == 0) continue;
    const ssize_t piece = write_bytes(file, pieces[i].iov_base, pieces[i].iov_len, -1);
    if (piece < 0) return done > 0 ? done : piece;
    done += piece;
    if (static_cast<size_t>(piece) < pieces[i].iov_len) break;
  }
  return done;
}

int fsync(int file) {
  return flush(SYS_fsync, file);
}
int fdatasync(int file) {
  return flush(SYS_fdatasync, file);
}
int ftruncate(int file, off_t size) {
  return cut(file, size);
}
int ftruncate64(int file, off64_t size) {
  return cut(file, size);
}

int rename(const char* from, const char* to) {
  if (fails(kRename)) return -1;
  const int result = static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
  if (result == 0) record_paths("rename", from, to);
  return result;
}
int unlink(const char* path) {
  const int result = static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
  if (result == 0) record_paths("unlink", path);
  return result;
}
int remove(const char* path) {
  const int result = static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
  if (result == 0) record_paths("unlink", path);
  return result == 0 || errno != EISDIR ? result
                                        : static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}
int mkdir(const char* path, mode_t mode) {
  const int result = static_cast<int>(syscall(SYS_mkdirat, AT_FDCWD, path, mode));
  if (result == 0) record_paths("mkdir", path);
  return result;
}

}  // extern "C"
