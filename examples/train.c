/* The C interface: rows in memory, a trained network, predictions, and the same network from its bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <gradus.h>
#include <stdio.h>
#include <string.h>

#define ROWS 200

static int failed(const char* what) {
  fprintf(stderr, "%s: %s\n", what, gradus_last_error());
  return 1;
}

/* Two classes: whether x0 * x1 is above 0. */
static void fill(double* features, int32_t* labels) {
  unsigned state = 1;
  for (int r = 0; r < ROWS; ++r) {
    for (int c = 0; c < 2; ++c) {
      state = state * 1103515245u + 12345u;
      features[2 * r + c] = (double)(state >> 16 & 0x7fff) / 16384.0 - 1.0;
    }
    labels[r] = features[2 * r] * features[2 * r + 1] > 0.0;
  }
}

static int32_t print_every_tenth(void* user, const char* json) {
  int* epochs = (int*)user;
  if (++*epochs % 10 == 0) printf("%.60s...\n", json);
  return 0; /* go on */
}

int main(void) {
  static double features[2 * ROWS];
  static int32_t labels[ROWS];
  static double outputs[2 * ROWS], again[2 * ROWS];
  static const char* const names[] = {"below", "above"};
  gradus_data* data = NULL;
  gradus_run* run = NULL;
  gradus_model *model = NULL, *copy = NULL;
  gradus_bytes* bytes = NULL;
  int epochs = 0;
  fill(features, labels);
  if (gradus_data_create("signs", ROWS, &data) != GRADUS_OK) return failed("create");
  if (gradus_data_set_matrix(data, GRADUS_FLOAT64, features, ROWS, 2, 16, 8, NULL) != GRADUS_OK) return failed("matrix");
  if (gradus_data_set_classes(data, labels, names, 2) != GRADUS_OK) return failed("classes");
  gradus_train_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.callbacks.size = sizeof options.callbacks;
  options.callbacks.user = &epochs;
  options.callbacks.on_epoch = print_every_tenth;
  if (gradus_train("training.epochs = 50\ntraining.learning_rate = 0.01", data, &options, &run) != GRADUS_OK) {
    return failed("train");
  }
  if (gradus_run_model(run, &model) != GRADUS_OK) return failed("model");
  if (gradus_predict(model, data, 0, outputs, NULL) != GRADUS_OK) return failed("predict");
  if (gradus_model_bytes(model, &bytes) != GRADUS_OK) return failed("bytes");
  if (gradus_model_read(gradus_bytes_data(bytes), gradus_bytes_size(bytes), "copy", &copy) != GRADUS_OK) {
    return failed("read");
  }
  for (int r = 0; r < ROWS; ++r) {
    if (gradus_predict_rows(copy, GRADUS_FLOAT64, features + 2 * r, 1, 2, 16, 8, again + 2 * r) != GRADUS_OK) {
      return failed("predict a row");
    }
  }
  int right = 0;
  for (int r = 0; r < ROWS; ++r) right += (outputs[2 * r + 1] > 0.5) == labels[r];
  printf("%d epochs, accuracy %.3f, the copy's outputs are %s\n", epochs, (double)right / ROWS,
         memcmp(outputs, again, sizeof outputs) == 0 ? "the same bits" : "others");
  gradus_bytes_free(bytes);
  gradus_model_free(copy);
  gradus_model_free(model);
  gradus_run_free(run);
  gradus_data_free(data);
  return 0;
}
