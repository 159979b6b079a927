/* The C interface of Gradus: data in, a trained network out, from any language that can call C.
 *
 *     gradus_data* data = NULL;
 *     gradus_run* run = NULL;
 *     gradus_data_create("flowers", 150, &data);
 *     gradus_data_set_matrix(data, GRADUS_FLOAT64, values, 150, 4, 32, 8, NULL);
 *     gradus_data_set_classes(data, labels, names, 3);
 *     if (gradus_train("training.epochs = 50", data, NULL, NULL, &run) != GRADUS_OK) puts(gradus_last_error());
 *
 * Every function that can fail returns a status and leaves its reason as one sentence in gradus_last_error(). What it
 * was to write stays as it was then. Functions may be called from any thread, on different objects at the same time;
 * data and models may be read by several threads at once. Objects are freed by their own function, which takes NULL.
 * The interface only grows: what a program was compiled against goes on working while GRADUS_API_VERSION is the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GRADUS_H_
#define GRADUS_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GRADUS_API_VERSION 1

/* What a function says of itself. */
typedef int32_t gradus_status;
enum {
  GRADUS_OK = 0,
  GRADUS_FAILED = 1,  /* failed while running: no memory, training diverged, a file that cannot be written */
  GRADUS_INVALID = 2, /* bad arguments, configuration or data: the caller can mend it */
  GRADUS_STOPPED = 130
};

/* GRADUS_API_VERSION of the library. */
int32_t gradus_api_version(void);
/* "0.1.0". */
const char* gradus_version(void);
/* Why the last call of this thread failed; "" where it did not. Valid until the thread's next call. */
const char* gradus_last_error(void);

/* ---- Text and bytes that the library gives ---- */

typedef struct gradus_bytes gradus_bytes;
/* The content, followed by a zero that gradus_bytes_size() does not count. Valid until it is freed. */
const void* gradus_bytes_data(const gradus_bytes* bytes);
size_t gradus_bytes_size(const gradus_bytes* bytes);
void gradus_bytes_free(gradus_bytes* bytes);

/* ---- Data ---- */

/* Types of numbers. Booleans are bytes of 0 and 1. */
typedef int32_t gradus_type;
enum {
  GRADUS_FLOAT32 = 0,
  GRADUS_FLOAT64 = 1,
  GRADUS_INT8 = 2,
  GRADUS_UINT8 = 3,
  GRADUS_INT16 = 4,
  GRADUS_UINT16 = 5,
  GRADUS_INT32 = 6,
  GRADUS_UINT32 = 7,
  GRADUS_INT64 = 8,
  GRADUS_UINT64 = 9,
  GRADUS_BOOL = 10
};

/* Rows: features as a matrix or as columns, and targets where there are any. Texts are UTF-8. */
typedef struct gradus_data gradus_data;

/* `name` stands in messages and records. */
gradus_status gradus_data_create(const char* name, int64_t rows, gradus_data** data);
void gradus_data_free(gradus_data* data);

/* Features as a matrix of `rows` x `columns` numbers; steps between rows and between columns in bytes. Where rows are
 * contiguous and the type is float32, float64 or uint8 the values are borrowed: they must outlive `data` and stay as
 * they are. All others are copied. With `names` (`columns` of them), or where a number is NaN (missing), the columns are
 * those of a table, each scaled for itself by default; without, an array like that of an npy file. */
gradus_status gradus_data_set_matrix(gradus_data* data, gradus_type type, const void* values, int64_t rows,
                                     int64_t columns, int64_t row_step, int64_t column_step, const char* const* names);
/* A column of numbers, copied; `step` in bytes. NaN, and rows where `missing` (one byte a row, or NULL) is not 0, are
 * missing. */
gradus_status gradus_data_add_numbers(gradus_data* data, const char* name, gradus_type type, const void* values,
                                      int64_t step, const uint8_t* missing);
/* A column of dates as days since 1970-01-01 00:00, the time as their fraction; NaN: missing. */
gradus_status gradus_data_add_dates(gradus_data* data, const char* name, const double* days);
/* A column of categories: for each row the index of its level, -1 where it is missing. */
gradus_status gradus_data_add_categories(gradus_data* data, const char* name, const int32_t* codes,
                                         const char* const* levels, int64_t num_levels);
/* A column of texts, of which it is decided as for a file whether they are numbers, dates, categories or names of rows.
 * Row r is the bytes of `text` from offsets[r] to offsets[r + 1]; an empty one is missing. */
gradus_status gradus_data_add_texts(gradus_data* data, const char* name, const char* text, const int64_t* offsets);

struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream;
/* All columns of an Arrow table: a struct array of the C data interface, `data` having as many rows. Numbers, booleans,
 * dates and times, texts, and dictionaries of them. Nothing is released. */
gradus_status gradus_data_add_arrow(gradus_data* data, const struct ArrowSchema* schema, const struct ArrowArray* array);
/* The same from a stream of any number of batches, which is read to its end and not released; makes `*data`. */
gradus_status gradus_data_from_arrow(const char* name, struct ArrowArrayStream* stream, gradus_data** data);
/* Rows of the data. */
int64_t gradus_data_rows(const gradus_data* data);

/* Targets: one class a row, an index of `names`. */
gradus_status gradus_data_set_classes(gradus_data* data, const int32_t* labels, const char* const* names,
                                      int64_t num_classes);
/* `targets` quantities a row, copied; names may be NULL. */
gradus_status gradus_data_set_values(gradus_data* data, gradus_type type, const void* values, int64_t targets,
                                     int64_t row_step, int64_t column_step, const char* const* names);
/* Any number of labels a row: 0 or 1 for each of `labels`, copied. */
gradus_status gradus_data_set_label_sets(gradus_data* data, gradus_type type, const void* values, int64_t labels,
                                         int64_t row_step, int64_t column_step, const char* const* names);
/* Sample weights, one a row, from 0, copied. */
gradus_status gradus_data_set_weights(gradus_data* data, gradus_type type, const void* values, int64_t step);

/* ---- Models ---- */

typedef struct gradus_model gradus_model;

/* A model file's bytes; `name` stands in messages. */
gradus_status gradus_model_read(const void* bytes, size_t size, const char* name, gradus_model** model);
gradus_status gradus_model_load(const char* path, gradus_model** model);
/* The same bytes that a model file has. */
gradus_status gradus_model_bytes(const gradus_model* model, gradus_bytes** bytes);
/* A JSON object: task, classes, targets, columns with kinds and levels, inputs, layers, parameters, weights_sha256. */
gradus_status gradus_model_info(const gradus_model* model, gradus_bytes** json);
/* Numbers of an answer: classes, labels or quantities. */
int64_t gradus_model_outputs(const gradus_model* model);
void gradus_model_free(gradus_model* model);

/* Outputs, `outputs` x gradus_model_outputs(), row by row: probabilities, or quantities in their own unit. Columns are
 * found by their names. The same bits for any number of rows and threads (0: one per core). Notes about levels and
 * columns that training did not have are in `*notes` (a JSON array of texts) unless it is NULL. */
gradus_status gradus_predict(const gradus_model* model, const gradus_data* data, uint32_t threads, double* outputs,
                             gradus_bytes** notes);
/* The same for rows of a matrix of float64 or float32 whose columns are those of training in their order, without a
 * gradus_data; quickest for single rows. */
gradus_status gradus_predict_rows(const gradus_model* model, gradus_type type, const void* values, int64_t rows,
                                  int64_t columns, int64_t row_step, int64_t column_step, double* outputs);
/* Loss and all measures as the JSON object of `gradus evaluate --json`. */
gradus_status gradus_evaluate(const gradus_model* model, const gradus_data* data, uint32_t threads, gradus_bytes** json);

/* ---- Training ---- */

/* An answer other than 0 ends the training there, with a record and the weights of that step. */
typedef struct gradus_callbacks {
  size_t size; /* sizeof(gradus_callbacks): members that come later are left alone */
  void* user;  /* handed to every call */
  /* After every epoch: a JSON object like a line of metrics.jsonl. NULL: not called. */
  int32_t (*on_epoch)(void* user, const char* json);
  /* After a step, at most every `step_seconds`: epoch and batch from 1. NULL: not called. */
  int32_t (*on_step)(void* user, int64_t epoch, int64_t batch, int64_t batches, double loss);
  double step_seconds; /* 0: after every step */
} gradus_callbacks;

typedef struct gradus_train_options {
  size_t size; /* sizeof(gradus_train_options) */
  const gradus_data* valid;  /* the validation part, or NULL: as the configuration says */
  const gradus_model* start; /* weights, columns and scaling to start from, or NULL */
  const char* folder;        /* a run folder to write, missing or empty, or NULL */
  gradus_callbacks callbacks;
} gradus_train_options;

typedef struct gradus_run gradus_run;

/* `config` is TOML, or JSON with the same keys, as `gradus train --help` lists them; NULL: all defaults. Where `data` is
 * NULL the configuration names it (data.source). `options` may be NULL. A run that a callback ended returns GRADUS_OK;
 * its record says so. */
gradus_status gradus_train(const char* config, const gradus_data* data, const gradus_train_options* options,
                           gradus_run** run);
/* The object of summary.json, with the epochs, the resolved configuration ("config", TOML) and "notes" beside it. */
gradus_status gradus_run_record(const gradus_run* run, gradus_bytes** json);
/* A model of its own, to be freed. */
gradus_status gradus_run_model(const gradus_run* run, gradus_model** model);
void gradus_run_free(gradus_run* run);

/* The resolved configuration as TOML, without training. */
gradus_status gradus_resolve(const char* config, const gradus_data* data, gradus_bytes** toml);

/* The certificate of the gradient as certificate.json's object: at the initial weights of the run that `config` and
 * `data` make, or at those of `model` where it is not NULL, on `rows` rows of the training part (0: 64). */
gradus_status gradus_check(const char* config, const gradus_data* data, const gradus_model* model, int64_t rows,
                           uint64_t seed, uint32_t threads, gradus_bytes** json);

/* ---- Records ---- */

/* The report of run, study or reproduction folders as one page of HTML. */
gradus_status gradus_report(const char* const* sources, int64_t count, const char* title, gradus_bytes** html);

/* ---- Search ---- */

typedef struct gradus_search gradus_search;

/* `config` is a search file's text ([search] and [search.space], docs/search.md), without scheduler. Settings are asked
 * for and their values told; with the same answers the proposals are the same. search.objective says what is better: of
 * a loss (also "auto") smaller values, of an accuracy larger ones. */
gradus_status gradus_search_create(const char* config, gradus_search** search);
/* The next setting as {"trial": N, "setting": {"key": value}}, or null where none is left. */
gradus_status gradus_search_ask(gradus_search* search, gradus_bytes** json);
/* The value of trial N, which ask() gave; NaN: it failed. */
gradus_status gradus_search_tell(gradus_search* search, int64_t trial, double value);
/* The best trial so far as {"trial": N, "setting": {...}, "value": x}, or null. */
gradus_status gradus_search_best(const gradus_search* search, gradus_bytes** json);
void gradus_search_free(gradus_search* search);

#ifdef __cplusplus
}
#endif

#endif /* GRADUS_H_ */
